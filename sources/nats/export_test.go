package nats

// PlaceOf returns the place after a message of a stream that was made then.
func PlaceOf(made int64, seq uint64) string { return place{made, seq}.String() }
