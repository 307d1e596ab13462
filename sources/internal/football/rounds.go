package football

import "strings"

// rounds are what a round is about, by words in its name in the languages in which files and
// services write them; the first that is in it counts. A stake of 0.1 is that of a league's
// or a group's match.
var rounds = []struct {
	stake float64
	words []string
}{
	{0.4, []string{"third", "3rd place", "platz 3", "platz drei", "dritten platz", "kleines finale", "petite finale", "troisième place", "3e place", "tercer puesto", "tercer lugar", "terzo posto", "terceiro lugar", "bronze"}},
	{0.8, []string{"semi", "halbfinal", "demi-final", "demi final", "meia-final", "meia final", "meias-fina", "meias fina", "halve final", "półfina"}},
	{0.6, []string{"quarter", "viertelfinal", "quart", "cuartos", "kwartfinal", "ćwierćfina"}},
	{0.4, []string{"round of 16", "last 16", "achtelfinal", "huitième", "octavos", "ottavi", "oitavas", "achtste final", "1/8"}},
	{0.3, []string{"round of 32", "last 32", "sechzehntelfinal", "seizième", "dieciseisavos", "sedicesimi", "zestiende final", "1/16"}},
	{0.1, []string{"matchday", "match day", "spieltag", "jornada", "journée", "journee", "giornata", "rodada", "speelronde", "speeldag", "kolejka", "omgång", "gameweek", "regular season", "league phase", "league stage", "ligaphase"}},
	{0.1, []string{"group", "gruppe", "groupe", "grupo", "girone", "gironi"}},
	{1, []string{"final", "finais", "finał"}},
}

// knockouts are words of rounds in which somebody has to win, beyond those that have a
// stake of their own.
var knockouts = []string{
	"round of ", "last 64", "1/32", "play-off", "playoff", "play off", "barrage", "spareggi", "repechage", "relegationsspiel",
	"knockout", "knock-out", "knock out", "k.o.", "k.-o.", "ko-runde", "elimination", "élimination", "éliminatoire", "eliminazione", "ausscheidung", "qualifying round", "trentaduesimi", "32avos",
}

// RoundOf says what the name of a round says about it: whether somebody has to win, and
// whether it says so at all. A numbered round ("1. Round", "Third round") says nothing: leagues
// and cups have them.
func RoundOf(name string) (knockout, said bool) {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "third round") {
		return false, false
	}
	if stake, ok := stakeIn(name); ok {
		return stake > 0.1, true
	}
	must := has(name, knockouts)
	return must, must
}

// stakeIn returns what the round of that name, in small letters, is about.
func stakeIn(name string) (stake float64, ok bool) {
	for _, r := range rounds {
		if has(name, r.words) {
			return r.stake, true
		}
	}
	return 0, false
}

func has(name string, words []string) bool {
	for _, w := range words {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

func stakeOf(round string, knockout bool) float64 {
	if stake, ok := stakeIn(strings.ToLower(round)); ok {
		return stake
	}
	if knockout {
		return 0.3
	}
	return 0.1
}
