package mappings_test

var _ = add("diversity", append(seeds("[source.radio]\ntype = \"sim\"\nof = \"plays\"\nspeed = 2000\nseed = %d\n", 1, 2, 3),
	set{name: "a week that narrows", piece: "[source.radio]\ntype = \"sim\"\nof = \"plays\"\nspeed = 1500\nseed = 4\nvariety_percent = [100, 60, 30, 10, 10, 400, 100]\n"},
	set{name: "a poor week", piece: "[source.radio]\ntype = \"sim\"\nof = \"plays\"\nspeed = 2500\nseed = 5\nvariety_percent = [10, 25, 40]\n"},
	set{name: "a sale", piece: "[source.box]\ntype = \"sim\"\nof = \"tickets\"\nspeed = 700\nseed = 6\ncapacity = 1500\n"},
)...)
