let shellTables: [String] = []
