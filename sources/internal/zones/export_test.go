package zones

// Table is what the files of the zones hold.
func Table() map[string][]byte { return table() }
