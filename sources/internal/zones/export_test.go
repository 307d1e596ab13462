package zones

// Table is what the files of the zones hold.
func Table() map[string][]byte { return table() }

// Places are cities without a zone of their own.
var Places = places
