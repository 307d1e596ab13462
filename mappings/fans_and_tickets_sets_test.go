package mappings_test

import "fmt"

// talkAndSale is talk and sales of one story, from its first midnight on.
func talkAndSale(seed, speed int, talk, sale string) string {
	const both = "[source.%s]\ntype = \"sim\"\nof = %q\nseed = %d\nspeed = %d\nbegin = \"0s\"\nmax_gap = \"0s\"\n%s"
	return fmt.Sprintf(both, "talk", "mentions", seed, speed, talk) + fmt.Sprintf(both, "sale", "tickets", seed, speed, sale)
}

var _ = add("fans_and_tickets",
	set{name: "seed 1", piece: talkAndSale(1, 2000, "", "")},
	set{name: "seed 2", piece: talkAndSale(2, 2000, "", "capacity = 10000\n")},
	set{name: "seed 3", piece: talkAndSale(3, 2000, "", "demand_percent = 60\n")},
	set{name: "nobody is moved", piece: talkAndSale(4, 2500, "", "capacity = 8000\nunmoved_percent = 100\n")},
	set{name: "a crowd at once", piece: talkAndSale(5, 1500, "days = 4\nper_day = 8000\n", "days = 4\ncapacity = 15000\ndemand_percent = 130\nlag = \"3h\"\n")},
	set{name: "talk as counts", real: "social/mentions-IBM-5min.csv", piece: "[source.talk]\ntype = \"csv\"\npath = %q\nevent = \"mention\"\ntime = \"timestamp\"\n" +
		"names = [\"timestamp\", \"mentions\"]\nbegin = \"2015-02-26\"\nspeed = 4000\nmax_gap = \"0s\"\n" +
		"[source.sale]\ntype = \"sim\"\nof = \"tickets\"\ndays = 10\nspeed = 4000\nbegin = \"0s\"\nmax_gap = \"0s\"\n"},
)
