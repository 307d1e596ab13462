package mappings_test

const talkAndSale = `[source.talk]
type = "sim"
of = "mentions"
speed = 2000
max_gap = "0s"
seed = %[1]d
[source.sale]
type = "sim"
of = "tickets"
speed = 2000
max_gap = "0s"
seed = %[1]d
`

var _ = add("fans_and_tickets", seeds(talkAndSale, 1, 2, 3)...)
