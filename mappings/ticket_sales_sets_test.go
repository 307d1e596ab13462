package mappings_test

import "fmt"

const sale = "[source.sale]\ntype = \"sim\"\nof = \"tickets\"\nspeed = %d\n"

var _ = add("ticket_sales", append(seeds(fmt.Sprintf(sale, 2000)+"seed = %d\n", 1, 2, 3),
	set{name: "hardly wanted", piece: fmt.Sprintf(sale, 2000) + "demand_percent = 30\nseed = 4\n"},
	set{name: "stormed", piece: fmt.Sprintf(sale, 300) + "capacity = 8000\ndemand_percent = 300\ndays = 1\nmax_gap = \"0s\"\nseed = 5\n"},
	set{name: "night and day", piece: fmt.Sprintf(sale, 450) + "capacity = 12000\ndemand_percent = 115\ndays = 2\nlag = \"5h\"\nmax_gap = \"0s\"\nseed = 6\n"},
)...)
