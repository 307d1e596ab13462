package mappings_test

const readings = "[source.sensor]\ntype = \"csv\"\npath = %q\ntime = \"timestamp\"\nspeed = 3000\n"

var _ = add("sensor", append(seeds("[source.sensor]\ntype = \"sim\"\nof = \"sensor\"\nspeed = 2000\nseed = %d\n", 1, 2, 3),
	set{name: "taxis", real: "sensors/nyc-taxi-30min-usopen2014.csv", piece: readings},
	set{name: "a road", real: "sensors/road-speed-7578.csv", piece: readings},
)...)
