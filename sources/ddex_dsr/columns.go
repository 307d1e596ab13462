package dsr

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// columns of a kind of record, by their names in small letters; the record's kind stands
// in column 0.
type columns map[string]int

// The names that columns have in the profiles and their versions, the best first.
var (
	territories = []string{"territory", "territorycode", "territoryofusageorsale", "territoryofuseorsale"}
	models      = []string{"commercialmodel", "commercialmodeltype"}
	uses        = []string{"usetype", "servicetype", "userinterfacetype"}
	currencies  = []string{"currencyofreporting", "currencyofinvoicing", "currency", "currencycode", "currencyofaccounting", "currencyoftransaction"}
	titles      = []string{"title", "displaytitle", "resourcetitle", "releasetitle", "musicalworktitle"}
	artists     = []string{"displayartistname", "resourcedisplayartistname", "releasedisplayartistname", "artist", "artistname"}
	isrcs       = []string{"isrc", "resourceisrc"}
	releases    = []string{"grid", "icpn", "releaseicpn", "dspreleaseid", "releaseid", "proprietaryid", "proprietaryreleaseid"}
	counts      = []string{"usages", "numberofusages", "numberofstreams", "downloads", "numberofbroadcasts", "quantity", "unitssold", "consumersales", "salestransactions"}
	earnings    = []string{"netrevenue", "revenue", "royalty", "amountpayable", "rightsholderrevenue", "allocatednetrevenue", "allocatednetrevenueincurrencyofaccounting", "allocatedrevenue"}
	prices      = []string{"priceconsumerpaidexcsalestax", "pricepaidexcsalestax"} // of each that was sold, what consumers paid
)

// references are the columns by which records of a block refer to each other.
var references = []struct {
	described string
	used      []string
}{
	{"resourcereference", []string{"transactedresource", "transactedresourcereference"}},
	{"releasereference", []string{"transactedrelease", "transactedreleasereference"}},
	{"dspresourceid", []string{"dspresourceid", "dspreleaseid"}}, // some services name the column of SU03 after the release
}

// published are the columns of the standard, part 8, that are read here, for files that
// do not name them: the cell, from 1, of each. Versions of a kind of record (SU02.01,
// SU02.03) put new columns behind these.
var published = func() map[string]columns {
	const (
		sums     = "summaryrecordid:2 commercialmodel:5 usetype:6 territory:7"
		resource = "blockid:2 resourcereference:3 dspresourceid:4 isrc:5 title:6 displayartistname:8"
		release  = "blockid:2 releasereference:3 dspreleaseid:4 icpn:7 displayartistname:8 title:10"
		used     = "blockid:2 summaryrecordid:3 transactedrelease:5 transactedresource:6"
		single   = "summaryrecordid:2 dspresourceid:3 isrc:4 title:5 displayartistname:7"
		film     = "summaryrecordid:2 dspresourceid:3 title:8 displayartistname:15 dspreleaseid:34 icpn:36"
	)
	all := map[string]columns{}
	for kind, text := range map[string]string{
		"HEAD": "senderpartyid:11 sendername:12",
		"SY01": sums + " currencyofreporting:11", "SY02": sums + " currencyofreporting:11", "SY03": sums + " currencyofreporting:11",
		"SY04": sums + " currencyofreporting:15", "SY05": sums + " currencyofreporting:18", "SY06": sums + " currencyofreporting:11",
		"SY07": sums + " currencyofreporting:12", "SY11": sums, "SY12": sums + " currencyofreporting:11",
		"SY08": "summaryrecordid:2 commercialmodel:7 usetype:8 territory:9 currencyofreporting:13",
		"SY09": "summaryrecordid:2 commercialmodel:3 usetype:4 territory:5 currencyofreporting:16",
		"SY10": "summaryrecordid:2 commercialmodel:5 usetype:6 territory:13 currencyofaccounting:22",
		"AS01": resource, "AS02": resource, "AS05": resource, "AS06": resource, "LC01": resource,
		"AS03": "blockid:2 resourcereference:3 dspresourceid:4 title:9",
		"RE01": release, "RE04": release, "RE02": "blockid:2 releasereference:3",
		"RE03": "blockid:2 releasereference:3 dspreleaseid:4 icpn:6 title:7 displayartistname:11",
		"MW01": "blockid:2 title:5", "MW02": "blockid:2 title:5",
		"SU01": used + " usages:9 priceconsumerpaidexcsalestax:11 usetype:13",
		"SU02": used + " numberofstreams:8 priceconsumerpaidexcsalestax:9 usetype:11",
		"SU03": "blockid:2 summaryrecordid:4 dspresourceid:5 usages:6 netrevenue:7",
		"SU04": used + " usages:15 priceconsumerpaidexcsalestax:18 usetype:24",
		"SU05": "blockid:2 summaryrecordid:3 transactedresource:5 numberofbroadcasts:7 usetype:10",
		"SU06": "blockid:2 summaryrecordid:3 transactedresource:5 usages:6",
		"SR01": single + " dspreleaseid:21 icpn:24 downloads:37 priceconsumerpaidexcsalestax:39 usetype:43",
		"SR02": single + " dspreleaseid:21 icpn:24 numberofstreams:35 usetype:38 priceconsumerpaidexcsalestax:39",
		"SR03": single + " dspreleaseid:22 icpn:25 usages:33 netrevenue:34",
		"SR04": film + " downloads:49 priceconsumerpaidexcsalestax:51 usetype:54",
		"SR05": film + " numberofstreams:48 usetype:51 priceconsumerpaidexcsalestax:52",
		"SR06": single + " usages:14",
		"SR08": "summaryrecordid:25 grid:3 icpn:4 dspreleaseid:5 releasetitle:10 releasedisplayartistname:12 isrc:14 resourcetitle:21 resourcedisplayartistname:23 usages:27 allocatednetrevenueincurrencyofaccounting:47",
		// What tells of no use: cues, rights, what else was made of a recording.
		"CU01": "", "CU02": "", "RC01": "", "LI01": "", "RU01": "", "RU02": "", "ST01": "", "ML01": "", "AS04": "", "SR07": "",
	} {
		c := columns{}
		for _, f := range strings.Fields(text) {
			name, cell, _ := strings.Cut(f, ":")
			n, _ := strconv.Atoi(cell)
			c[name] = n - 1
		}
		all[kind] = c
	}
	return all
}()

// isPlace reports whether a cell is a territory as the standard writes them: what stands
// in a summary's where the columns are others is none.
func isPlace(territory, model string) bool {
	letters := strings.Trim(territory, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
	switch {
	case territory == "Worldwide":
		return true
	case len(territory) == 2, len(territory) > 3 && len(territory) <= 6 && territory[2] == '-':
		return letters
	}
	return letters && territory != "" && strings.HasSuffix(model, "Model") // a number of TIS
}

// readColumns takes the columns that a piece names, and adds its mistakes to ps.
func readColumns(ps *sonify.Problems, named map[string][]string) map[string]columns {
	known := slices.Concat(territories, models, uses, currencies, titles, artists, isrcs, releases, counts, earnings, prices,
		[]string{"blockid", "summaryrecordid", "sendername", "senderpartyid"})
	for _, r := range references {
		known = append(append(known, r.described), r.used...)
	}
	all := map[string]columns{}
	for _, kind := range slices.Sorted(maps.Keys(named)) {
		key, list := "columns."+kind, named[kind]
		if len(list) > 0 && strings.EqualFold(list[0], "RecordType") {
			list = list[1:]
		}
		c, some := columns{}, false
		for i, name := range list {
			name = strings.ToLower(strings.TrimSpace(name))
			if name != "" {
				c[name] = i + 1
			}
			some = some || slices.Contains(known, name)
		}
		switch {
		case len(list) >= mostColumns:
			ps.Add(key, "", "%d columns are too many: at most %d are read", len(list), mostColumns-1)
		case !some:
			ps.Add(key, fmt.Sprintf(`columns = { %s = ["BlockId", "SummaryRecordId", "Usages", "NetRevenue"] }`, kind), "none of these columns is one that is read: %s, ...", strings.Join([]string{"ISRC", "Title", "DisplayArtistName", "Territory", "CommercialModel", "UseType", "Usages", "NetRevenue"}, ", "))
		}
		all[kind] = c
	}
	return all
}
