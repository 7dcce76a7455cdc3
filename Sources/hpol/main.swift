print("hpol")
