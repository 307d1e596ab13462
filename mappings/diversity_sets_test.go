package mappings_test

var _ = add("diversity", seeds("[source.radio]\ntype = \"sim\"\nof = \"plays\"\nspeed = 2000\nseed = %d\n", 1, 2, 3)...)
