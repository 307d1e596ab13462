package mappings_test

var _ = add("mentions", append(seeds("[source.talk]\ntype = \"sim\"\nof = \"mentions\"\nspeed = 2000\nseed = %d\n", 1, 2, 3),
	set{name: "a firehose", piece: "[source.talk]\ntype = \"sim\"\nof = \"mentions\"\ndays = 2\nper_day = 50000\nspeed = 1000\nseed = 4\n"},
	set{name: "hardly any", piece: "[source.talk]\ntype = \"sim\"\nof = \"mentions\"\nper_day = 20\nspeed = 2000\nseed = 5\n"},
	set{name: "counts of 5 minutes", real: "social/mentions-IBM-5min.csv", piece: "[source.talk]\ntype = \"csv\"\nevent = \"mention\"\npath = %q\ntime = \"timestamp\"\nnames = [\"timestamp\", \"mentions\"]\nspeed = 3000\n"},
)...)
