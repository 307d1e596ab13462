package football_test

import (
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/football"
)

func TestRoundOf(t *testing.T) {
	for want, names := range map[string][]string{
		"knock-out": {
			"Final", "Finals, Leg 1", "Semi-finals", "Quarterfinals", "Quarter-finals, Replays", "Round of 16", "Last 16", "Round of 64", "Third-place match", "Match for third place",
			"Play-offs", "Playoffs, 1st Leg", "Knockout stage", "Elimination Round", "1st Qualifying Round", "Clausura - Semifinals",
			"Finale", "Halbfinale", "Viertelfinale", "Achtelfinale", "Sechzehntelfinale", "Spiel um Platz 3", "Relegationsspiele",
			"Demi-finales", "Quarts de finale", "Huitièmes de finale", "Seizièmes de finale", "Match pour la troisième place", "Barrages", "1/8 de finale",
			"Semifinales", "Cuartos de final", "Octavos de final", "Dieciseisavos de final", "Tercer puesto",
			"Semifinali", "Quarti di finale", "Ottavi di finale", "Sedicesimi di finale", "Spareggio",
			"Meias-finais", "Meia-final", "Quartas de final", "Oitavas de final",
		},
		"none": {
			"Matchday 1", "League, Matchday 1", "1. Spieltag", "Jornada 1", "Journée 3", "Giornata 38", "Rodada 7", "Group A", "Gruppe B", "Grupo C", "Final Matchday", "Regular Season",
		},
		"not said": {"", "1. Round", "Round 1", "2. Runde", "First round", "Third round", "Preliminary round", "3. Hauptrunde", "Championship Round"},
	} {
		for _, name := range names {
			got := "not said"
			if must, said := football.RoundOf(name); must {
				got = "knock-out"
			} else if said {
				got = "none"
			}
			if got != want {
				t.Errorf("%q: %s, not %s", name, got, want)
			}
		}
	}
}

// What a round is about does not depend on its language.
func TestStake_OfRoundsInOtherLanguages(t *testing.T) {
	for round, want := range map[string]float64{
		"Final": 1, "Finale": 1, "Halbfinale": 0.8, "Demi-finale": 0.8, "Semifinales": 0.8, "Meia-final": 0.8, "Viertelfinale": 0.6, "Quarts de finale": 0.6, "Cuartos de final": 0.6, "Quarti di finale": 0.6,
		"Achtelfinale": 0.4, "Octavos de final": 0.4, "Spiel um Platz 3": 0.4, "Sechzehntelfinale": 0.3, "1. Spieltag": 0.1, "Jornada 1": 0.1, "Group A": 0.1, "Play-offs": 0.3,
	} {
		m := football.Match{Round: round, Teams: [2]string{"A", "B"}}
		m.Knockout, _ = football.RoundOf(round)
		m.Score.FT.Known = true
		var got []float64
		tally := new(sonify.Tally)
		m.Settle(tally)
		m.Tell("court", func(ev sonify.Event) {
			if f, ok := ev.Value("stake").Float(); ok && len(got) == 0 {
				got = append(got, f)
			}
		}, 0, 1)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q: %v, not %v", round, got, want)
		}
	}
}
