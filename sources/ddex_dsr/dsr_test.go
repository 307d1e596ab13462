package dsr

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/servertest"
)

func story(t *testing.T, text string) (string, map[string]int64) {
	t.Helper()
	return storyOf(t, text, nil)
}

// storyOf is the story of a flat file whose columns a piece names.
func storyOf(t *testing.T, text string, named map[string]columns) (string, map[string]int64) {
	t.Helper()
	tally := new(sonify.Tally)
	var b strings.Builder
	_, err := tell([]byte(text), "label", named, 0, time.Second, tally, func(ev sonify.Event) {
		fmt.Fprintf(&b, "%v", ev.Clock)
		for i, f := range ev.Shape.Fields() {
			if v := ev.Values[i]; !v.IsMissing() {
				fmt.Fprintf(&b, " %s=%v", f.Name, v)
			}
		}
		b.WriteByte('\n')
	})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, c := range tally.Counts() {
		counts[c.What] = c.Count
	}
	return b.String(), counts
}

// tabs makes a flat file of lines with bars between the cells.
func tabs(lines ...string) string {
	return strings.ReplaceAll(strings.Join(lines, "\n"), "|", "\t") + "\n"
}

var table = tabs(
	"#HEAD|MessageVersion|Profile|ProfileVersion|MessageId|MessageCreatedDateTime|FileNumber|NumberOfFiles|UsageStartDate|UsageEndDate|SenderPartyId|SenderName",
	"HEAD|dsrf/3.0|BasicAudioProfile|1.1|M1|2026-11-01T00:00:00Z|1|1|2026-10-01|2026-10-31|PADPIDA1|Stream It",
	"#SY02|SummaryRecordId|DistributionChannel|CommercialModel|UseType|Territory|CurrencyOfReporting",
	"SY02|S1|x|SubscriptionModel|OnDemandStream|FR|EUR",
	"SY02|S2|x|AdvertisementSupportedModel|OnDemandStream|DE|EUR",
	"#AS01|BlockId|DspResourceId|ISRC|Title|DisplayArtistName",
	"#SU02|BlockId|SummaryRecordId|SalesTransactionId|Usages|NetRevenue",
	"AS01.01|B1|r1|XX0012600001|One|The Bits",
	"SU02.01|B1|S1|t1|1200|4.56",
	"SU02.01|B1|S2|t2|300|",
	"AS01.01|B2|r2|XX0012600002|Two|The Chips",
	"SU02.01|B2|S1|t3|7|0.01",
	"SU02.01|B2|S1|t4||",
	"XX09|B2|what|is|this",
	"FOOT|11|2")

func TestTell_AFlatFile(t *testing.T) {
	got, counts := story(t, "\ufeff"+strings.ReplaceAll(table, "\n", "\r\n"))
	want := `0s title=One artist=The Bits quantity=1200 amount=4.56 currency=EUR territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It isrc=XX0012600001
1s title=One artist=The Bits quantity=300 territory=DE model=AdvertisementSupportedModel use=OnDemandStream service=Stream It isrc=XX0012600001
2s title=Two artist=The Chips quantity=7 amount=0.01 currency=EUR territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It isrc=XX0012600002
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
	if len(counts) != 2 || counts["record without a number"] != 1 || counts["record whose columns neither a line nor the key columns names"] != 1 {
		t.Errorf("counted %v", counts)
	}
}

const message = `<dsr:SalesReportToRecordCompanyMessage xmlns:dsr="http://ddex.net/xml/dsr/40"><MessageHeader><MessageSender><PartyName><FullName>Stream It</FullName></PartyName></MessageSender></MessageHeader>
 <ContainedReleaseSummary><ReleaseId><GRid>G1</GRid><ISRC>XX1</ISRC></ReleaseId><ReferenceTitle><TitleText>Ref</TitleText></ReferenceTitle>
  <ReleaseSummaryDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode><Title><TitleText>One</TitleText></Title><DisplayArtistName><FullName>The Bits</FullName></DisplayArtistName></ReleaseSummaryDetailsByTerritory></ContainedReleaseSummary>
 <SalesReport><CurrencyOfAccounting>EUR</CurrencyOfAccounting>
  <ReleaseSales><ReleaseId><ISRC>XX1</ISRC></ReleaseId><CommercialModelType>PayAsYouGoModel</CommercialModelType>
   <SalesByTerritory><TerritoryCode>FR</TerritoryCode><UseType>PermanentDownload</UseType><Deal><DetailedDeal><AmountPayable>1.5</AmountPayable></DetailedDeal></Deal><NumberOfUnitsSold>3</NumberOfUnitsSold></SalesByTerritory>
   <SalesByTerritory><TerritoryCode>JP</TerritoryCode><NumberOfUnitsSold>2</NumberOfUnitsSold><NumberOfUnitsSold>1</NumberOfUnitsSold></SalesByTerritory>
   <SalesByTerritory><TerritoryCode>US</TerritoryCode></SalesByTerritory>
  </ReleaseSales></SalesReport></dsr:SalesReportToRecordCompanyMessage>`

func TestTell_AMessage(t *testing.T) {
	got, counts := story(t, message)
	want := `0s title=One artist=The Bits quantity=3 amount=1.5 currency=EUR territory=FR model=PayAsYouGoModel use=PermanentDownload service=Stream It isrc=XX1 release_id=G1
1s title=One artist=The Bits quantity=3 territory=JP model=PayAsYouGoModel service=Stream It isrc=XX1 release_id=G1
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
	if counts["record without a number"] != 1 {
		t.Errorf("counted %v", counts)
	}
}

func TestTell_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"": "empty", "Country\tUnits\n": `begins with "Country"`, "<settings/>": `is a "settings"`, "<NewReleaseMessage/>": "ddex_ern", "<a": "no XML",
		"<!DOCTYPE a><a/>": "refused", "HEAD\t" + strings.Repeat("x", 2<<20): "more than 1024 KiB",
	} {
		if _, err := tell([]byte(text), "", nil, 0, time.Second, new(sonify.Tally), func(sonify.Event) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if _, counts := story(t, "HEAD\tx\n"); counts["report without a record"] != 1 {
		t.Error(counts)
	}
}

func TestRun_TellsAReport(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "r.tsv"), []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	c := *Info().Config().(*Config)
	c.Path, c.Step = "*.tsv", 2*time.Second
	s, err := Info().New(sonify.SourceEnv{Name: "label", Dir: dir, Tally: new(sonify.Tally)}, &c)
	if err != nil {
		t.Fatal(err)
	}
	var at []string
	if err := s.Run(t.Context(), func(ev sonify.Event) { at = append(at, ev.Clock.String()) }); err != nil || strings.Join(at, " ") != "0s 2s 4s" {
		t.Errorf("%v, %v", at, err)
	}
	if p, err := s.(sonify.Prober).Probe(t.Context()); err != nil || len(p.Shapes) != 1 {
		t.Errorf("%v, %v", p, err)
	}
	if _, err := Info().New(sonify.SourceEnv{}, &Config{Path: "x"}); err == nil {
		t.Error("no time from record to record is no mistake")
	}
}

// TestArchive_SaysWhatIsNoReport: what is at hand of real files is no report, but the
// settings of a program that makes them.
func TestArchive_SaysWhatIsNoReport(t *testing.T) {
	data := servertest.Recorded(t)
	body, err := os.ReadFile(filepath.Join(data, "music", "ddex-dsr-40.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tell(body, "", nil, 0, time.Second, new(sonify.Tally), func(sonify.Event) {}); err == nil || !strings.Contains(err.Error(), `is a "settings"`) {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(table)
	f.Add(message)
	f.Add(head + `<ReleaseTransactions><TransactionReleaseReference>R1</TransactionReleaseReference><SalesTransaction><SalesData><NumberOfConsumerSalesGross>5</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>` + foot)
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		tell([]byte(text), "x", nil, 0, time.Second, new(sonify.Tally), func(sonify.Event) { n++ })
		if n > len(text) {
			t.Fatalf("%d events of %d bytes", n, len(text))
		}
	})
}
