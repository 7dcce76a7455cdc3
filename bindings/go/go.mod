module hpol

go 1.19
