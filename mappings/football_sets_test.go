package mappings_test

const worldCup = "[source.pitch]\ntype = \"openfootball\"\npath = %q\nspeed = 60\n"

var _ = add("football",
	set{name: "2014", real: "football/openfootball-worldcup-2014.json", piece: worldCup + "round = \"*final*\"\n"},
	set{name: "2022", real: "football/openfootball-worldcup-2022.json", piece: worldCup + "round = \"*final*\"\n"},
	set{name: "2022, one group", real: "football/openfootball-worldcup-2022.json", piece: worldCup + "group = \"A\"\n"},
)
