package mappings_test

var _ = add("ticket_sales", append(seeds("[source.sale]\ntype = \"sim\"\nof = \"tickets\"\nspeed = 2000\nseed = %d\n", 1, 2, 3),
	set{name: "hardly wanted", piece: "[source.sale]\ntype = \"sim\"\nof = \"tickets\"\ndemand_percent = 30\nspeed = 2000\nseed = 4\n"},
	set{name: "stormed", piece: "[source.sale]\ntype = \"sim\"\nof = \"tickets\"\ncapacity = 8000\ndemand_percent = 300\nspeed = 2000\nseed = 5\n"},
)...)
