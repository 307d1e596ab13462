package mappings_test

const worldCup = "[source.pitch]\ntype = \"openfootball\"\npath = %q\nspeed = 60\n"

// An invented cup, in one of three looks: all of it, its final, its first day.
const waveformCup = "[source.cup]\ntype = \"openfootball\"\npath = \"../examples/knock-out/cup.json\"\nspeed = 60\npause_s = 600\n"

var _ = add("football",
	set{name: "an invented final", piece: waveformCup + "round = \"Final\"\n"},
	set{name: "two quarter-finals", piece: waveformCup + "date = \"2026-05-02\"\n"},
	set{name: "fourteen goals", piece: waveformCup + "team = \"Wavetable Rovers\"\n"},
	set{name: "2014", real: "football/openfootball-worldcup-2014.json", piece: worldCup + "round = \"*final*\"\n"},
	set{name: "2022", real: "football/openfootball-worldcup-2022.json", piece: worldCup + "round = \"*final*\"\n"},
	set{name: "2022, one group", real: "football/openfootball-worldcup-2022.json", piece: worldCup + "group = \"A\"\n"},
)
