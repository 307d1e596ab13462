package mappings_test

const tennisArchive = "[source.court]\ntype = \"slam\"\npath = %q\nspeed = 30\n"

var _ = add("tennis", append(seeds("[source.court]\ntype = \"sim\"\nof = \"tennis\"\nspeed = 30\nseed = %d\n", 1, 2, 3),
	set{name: "best of five", piece: "[source.court]\ntype = \"sim\"\nof = \"tennis\"\nbest_of = 5\nspeed = 30\nseed = 4\n"},
	set{name: "slower", piece: "[source.court]\ntype = \"sim\"\nof = \"tennis\"\nspeed = 12\nseed = 5\n"},
	set{name: "2011 final", real: "tennis/2011-usopen-1701-points.csv", piece: tennisArchive},
	set{name: "2013 final", real: "tennis/2013-usopen-1701-points.csv", piece: tennisArchive},
	set{name: "2013 women's final", real: "tennis/2013-usopen-2701-points.csv", piece: tennisArchive},
	set{name: "2023 mixed", real: "tennis/2023-usopen-5501-points-mixed.csv", piece: tennisArchive},
	set{name: "2014 finals", real: "tennis/2014-usopen-finals-pbp.csv", piece: tennisArchive},
	set{name: "2014 semi-finals", real: "tennis/2014-usopen-semis-pbp.csv", piece: tennisArchive},
)...)
