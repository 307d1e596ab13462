package dsr

import (
	"bytes"
	"compress/gzip"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
)

const (
	assumed = "kind of record whose columns no line names, read as the standard has them"
	opening = "HEAD|dsrf/1.4/1/1.4|BasicAudioProfile|1.4|M1|2026-11-01T00:00:00Z|1|1|2026-10-01|2026-10-31|PADPIDA1|Stream It\n"
)

// TestTell_AFlatFileWithoutNamesOfColumns: as part 8 of the standard has them.
func TestTell_AFlatFileWithoutNamesOfColumns(t *testing.T) {
	for name, c := range map[string]struct {
		lines  []string
		named  map[string][]string
		want   string
		counts map[string]int64
	}{
		"blocks of several tracks": {lines: []string{
			"SY02.03|S1|||SubscriptionModel|OnDemandStream|FR|Premium|9999||EUR|1200.00",
			"RE01.02|B1|R|d0||C1|0123456789012|The Bits||The Album",
			"AS02.03|B1|1|d1|XX0012600001|One||The Bits||PT3M|SoundRecording|T1|A Writer",
			"AS02.03|B1|2|d2|XX0012600002|Two||The Bits||PT3M|SoundRecording|T2|A Writer",
			"MW01.02|B1|w1|T1|ONE (THE WORK)|",
			"SU02.02|B1|S1|t1||1|true|1200",
			"SU02.02|B1|S1|t2||2|true|30||",
			"SU02.02|B1|S1|t3|R||true|4",
		}, want: `0s title=One artist=The Bits quantity=1200 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It isrc=XX0012600001 release_id=0123456789012
1s title=Two artist=The Bits quantity=30 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It isrc=XX0012600002 release_id=0123456789012
2s title=The Album artist=The Bits quantity=4 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It release_id=0123456789012
`, counts: map[string]int64{assumed: 5}},
		"downloads": {lines: []string{
			"SY01.02|S1|||PayAsYouGoModel|PermanentDownload|DE|Shop|1||EUR|1.00",
			"AS01.02|B1|1|d1|XX0012600001|One||The Bits",
			"SU01.02|B1|S1|t1||1|true|false|3|0|0.99||",
		}, want: `0s title=One artist=The Bits quantity=3 amount=2.97 currency=EUR territory=DE model=PayAsYouGoModel use=PermanentDownload service=Stream It isrc=XX0012600001
`, counts: map[string]int64{assumed: 3}},
		"single records": {lines: []string{
			"SY02|S1|||SubscriptionModel|OnDemandStream|FR|Premium|9999||EUR|1200.00",
			"SR02.01|S1|d1|XX0012600001|One||The Bits||PT3M|SoundRecording" + strings.Repeat("|", 11) + "rel1|||0123456789012" + strings.Repeat("|", 11) + "77",
			"SRFO|4|1",
		}, want: `0s title=One artist=The Bits quantity=77 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It isrc=XX0012600001 release_id=0123456789012
`, counts: map[string]int64{assumed: 2}},
		"uploads of users": {lines: []string{
			"SY02.01|1|||AdvertisementSupportedModel|Stream|IS|AdSupport|1036181||USD|409.05",
			"AS01|1|A9|A9|XX0012600001|One||The Bits||PT0S|SoundRecording",
			"RU01|1|1|v1|v2|4323|2334",
			"SU03.01|1|U1|1|A9|7810|2.0|20151001|20151231",
			"LI01|1|1|PUB|||1.0000|PerformingRight|0.0|125.23",
		}, want: `0s title=One artist=The Bits quantity=7810 amount=2 currency=USD territory=IS model=AdvertisementSupportedModel use=Stream service=Stream It isrc=XX0012600001
`, counts: map[string]int64{assumed: 3}},
		"delimiters of a text itself": {lines: []string{
			"SY02.03|S1|||SubscriptionModel|OnDemandStream|FR|Premium|9999||EUR|1200.00",
			`AS02.03|B1|1|d1|XX0012600001~XX0012600009|Half\\~Life \|Live\\\||The Bits~The Chips||PT3M`,
			"SU02.02|B1|S1|t1||1|true|1200",
			`AS02.03|B2|1|d2||One \~ Two||A \\~ B||PT3M`,
			"SU02.02|B2|S1|t2||1|true|3",
		}, want: `0s title=Half|Life  Live\ artist=The Bits, The Chips quantity=1200 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It isrc=XX0012600001
1s title=One | Two artist=A | B quantity=3 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It
`, counts: map[string]int64{assumed: 3}},
		"which of several recordings is not said": {lines: []string{
			"SY02.03|S1|||SubscriptionModel|OnDemandStream|FR|Premium|9999||EUR|1200.00",
			"AS02.03|B1|1|d1|XX0012600001|One||The Bits||PT3M",
			"AS02.03|B1|2|d2|XX0012600002|Two||The Bits||PT3M",
			"SU02.02|B1|S1|t1||7|true|12",
			"RE01.02|B2|R|d0||C1|0123456789012|The Bits||The Album",
			"AS02.03|B2|1|d1|XX0012600001|One||The Bits||PT3M",
			"AS02.03|B2|2|d2|XX0012600002|Two||The Bits||PT3M",
			"SU02.02|B2|S1|t2|||true|13",
		}, want: `0s quantity=12 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It
1s title=The Album artist=The Bits quantity=13 territory=FR model=SubscriptionModel use=OnDemandStream service=Stream It release_id=0123456789012
`, counts: map[string]int64{assumed: 4}},
		"columns named after the head, and a release's for the recording's": {lines: []string{
			"#SY02.01|SummaryRecordId|DistributionChannel|DistributionChannelDPID|CommercialModel|UseType|Territory|ServiceDescription|Usages|Users|Currency|NetRevenue",
			"#AS01|BlockId|ResourceReference|DspResourceId|ISRC|Title|SubTitle|DisplayArtistName",
			"#SU03.01|BlockId|SalesTransactionId|SummaryRecordId|DspReleaseId|Usages|NetRevenue|ValidityPeriodStart|ValidityPeriodEnd",
			"SY02.01|1|||AdvertisementSupportedModel|Stream|IS|AdSupport|1036181||USD|409.05",
			"AS01|1|A1|A1|XX0012600001|One||The Bits",
			"AS01|1|A2|A2|XX0012600002|Two||The Bits",
			"SU03.01|1|U1|1|A1|7810|-2.0|20251001|20251231",
		}, want: `0s title=One artist=The Bits quantity=7810 amount=-2 currency=USD territory=IS model=AdvertisementSupportedModel use=Stream service=Stream It isrc=XX0012600001 release_id=A1
`},
		"another order": {lines: []string{
			"SY02.01|S1|DE|SubscriptionModel|OnDemandStream|Premium|1000||EUR|1200.00",
			"SU02|B1|S1|r1|1520|4.22",
		}, counts: map[string]int64{assumed: 2, "summary that is not as the standard has it (the key columns names its columns)": 1,
			"record without a number where the standard has it (the key columns names its columns)": 1, "report without a record": 1}},
		"another order that the piece names": {lines: []string{
			"#SU02|BlockId|Usages",
			"SY02.01|S1|DE|SubscriptionModel|OnDemandStream|Premium|1000||EUR|1200.00",
			"SU02|B1|S1|r1|1520|4.22",
		}, named: map[string][]string{"SY02": {"RecordType", "SummaryRecordId", "Territory", "CommercialModel", "UseType", "ServiceDescription", "", "", "CurrencyOfReporting"}, "SU02": {"BlockId", "SummaryRecordId", "", "Usages", "NetRevenue"}},
			want: `0s quantity=1520 amount=4.22 currency=EUR territory=DE model=SubscriptionModel use=OnDemandStream service=Stream It
`},
	} {
		t.Run(name, func(t *testing.T) {
			var ps sonify.Problems
			named := readColumns(&ps, c.named)
			if ps.Err() != nil {
				t.Fatal(ps)
			}
			got, counts := storyOf(t, strings.ReplaceAll(opening, "|", "\t")+strings.ReplaceAll(tabs(c.lines...), "~", "|"), named)
			if got != c.want {
				t.Errorf("told\n%swant\n%s", got, c.want)
			}
			if !maps.Equal(counts, c.counts) {
				t.Errorf("counted %v, want %v", counts, c.counts)
			}
		})
	}
}

func TestNew_SaysWhatIsWrongWithColumns(t *testing.T) {
	for _, c := range []struct {
		columns map[string][]string
		want    string
	}{
		{map[string][]string{"AS01": nil}, "columns.AS01"}, {map[string][]string{"SU02.01": {"usage"}}, "none of these columns"},
		{map[string][]string{"SU02": make([]string, mostColumns+1)}, "too many"},
	} {
		_, err := Info().New(sonify.SourceEnv{}, &Config{Path: "x", Step: time.Second, Columns: c.columns})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.columns, err)
		}
	}
}

// TestRun_UnpacksAReport: services pack their flat files.
func TestRun_UnpacksAReport(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(table))
	w.Close()
	run := func(name string, data []byte) (n int, err error) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		c := *Info().Config().(*Config)
		c.Path = name
		s, err := Info().New(sonify.SourceEnv{Name: "label", Dir: dir, Tally: new(sonify.Tally)}, &c)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Run(t.Context(), func(sonify.Event) { n++ })
		return n, err
	}
	if n, err := run("r.tsv.gz", b.Bytes()); n != 3 || err != nil {
		t.Errorf("%d events, %v", n, err)
	}
	var gone *sonify.Permanent
	if _, err := run("half.tsv.gz", b.Bytes()[:b.Len()/2]); !errors.As(err, &gone) || !strings.Contains(err.Error(), "half.tsv.gz") {
		t.Errorf("half of it: %v", err)
	}
}
