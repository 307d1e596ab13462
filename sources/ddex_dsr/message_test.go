package dsr

import (
	"maps"
	"testing"
)

// head and foot stand around the parts of a message.
const (
	head = `<dsr:SalesReportToSocietyMessage xmlns:dsr="http://ddex.net/xml/dsr/43"><MessageHeader><MessageSender><PartyId>P1</PartyId></MessageSender></MessageHeader>
<ContainedReleaseSummary><ReleaseId><ISRC>XX1</ISRC></ReleaseId><ReleaseId><ICPN>001</ICPN></ReleaseId><ReleaseReference>R1</ReleaseReference><ReferenceTitle><TitleText>One</TitleText></ReferenceTitle>
 <ReleaseSummaryDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode><DisplayArtistName><FullName>The Bits</FullName></DisplayArtistName></ReleaseSummaryDetailsByTerritory></ContainedReleaseSummary>
<ContainedReleaseSummary><ReleaseId><GRid>G2</GRid></ReleaseId><ReleaseReference>R2</ReleaseReference><ReferenceTitle><TitleText>Two</TitleText></ReferenceTitle></ContainedReleaseSummary>
<SalesReport><DSP><PartyName><FullName>Shop</FullName></PartyName></DSP><SalesByCommercialModel><CommercialModelType>PayAsYouGoModel</CommercialModelType><CurrencyOfAccounting>EUR</CurrencyOfAccounting>
<SalesByTerritory><TerritoryCode>DE</TerritoryCode>`
	foot = `</SalesByTerritory></SalesByCommercialModel></SalesReport></dsr:SalesReportToSocietyMessage>`
)

func TestTell_AMessageOfTheSchema(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		counts     map[string]int64
	}{
		"each release is one": {head + `
<ReleaseTransactions><TransactionReleaseReference>R1</TransactionReleaseReference><SalesTransaction><UseType>PermanentDownload</UseType><SalesData><NumberOfConsumerSalesGross>5</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>
<ReleaseTransactions><TransactionReleaseReference>R2</TransactionReleaseReference><SalesTransaction><UseType>OnDemandStream</UseType><SalesData><NumberOfConsumerSalesGross>7</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>` + foot, `0s title=One artist=The Bits quantity=5 territory=DE model=PayAsYouGoModel use=PermanentDownload service=Shop isrc=XX1 release_id=001
1s title=Two quantity=7 territory=DE model=PayAsYouGoModel use=OnDemandStream service=Shop release_id=G2
`, nil},
		"each use is one, and its dates are added": {head + `
<ReleaseTransactions><TransactionReleaseReference>R1</TransactionReleaseReference>
<SalesTransaction><UseType>PermanentDownload</UseType><SalesData><NumberOfConsumerSalesGross>5</NumberOfConsumerSalesGross></SalesData><SalesData><NumberOfConsumerSalesGross>6</NumberOfConsumerSalesGross></SalesData></SalesTransaction>
<SalesTransaction><UseType>Stream</UseType><SalesData><NumberOfConsumerSalesGross>1</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>` + foot, `0s title=One artist=The Bits quantity=11 territory=DE model=PayAsYouGoModel use=PermanentDownload service=Shop isrc=XX1 release_id=001
1s title=One artist=The Bits quantity=1 territory=DE model=PayAsYouGoModel use=Stream service=Shop isrc=XX1 release_id=001
`, nil},
		"an amount above two uses is told once": {head + `
<ReleaseTransactions><TransactionReleaseReference>R2</TransactionReleaseReference><Deal><DetailedDeal><CurrencyCode>USD</CurrencyCode><AmountPayable>2.5</AmountPayable></DetailedDeal></Deal>
<SalesTransaction><UseType>A</UseType><SalesData><NumberOfConsumerSalesGross>5</NumberOfConsumerSalesGross></SalesData></SalesTransaction>
<SalesTransaction><UseType>B</UseType><SalesData><NumberOfConsumerSalesGross>6</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>` + foot, `0s title=Two quantity=5 amount=2.5 currency=USD territory=DE model=PayAsYouGoModel use=A service=Shop release_id=G2
1s title=Two quantity=6 territory=DE model=PayAsYouGoModel use=B service=Shop release_id=G2
`, nil},
		"what was accounted comes before what was paid": {head + `
<ReleaseTransactions><TransactionReleaseReference>R2</TransactionReleaseReference>
<SalesTransaction><Deal><DetailedDeal><CurrencyCode>USD</CurrencyCode><AmountPayable>2.5</AmountPayable><AmountPayableInCurrencyOfAccounting>2.25</AmountPayableInCurrencyOfAccounting></DetailedDeal></Deal><SalesData><NumberOfConsumerSalesGross>5</NumberOfConsumerSalesGross><NumberOfFreeUnitsToConsumers>9</NumberOfFreeUnitsToConsumers></SalesData></SalesTransaction></ReleaseTransactions>` + foot, `0s title=Two quantity=5 amount=2.25 currency=EUR territory=DE model=PayAsYouGoModel service=Shop release_id=G2
`, nil},
		"given away": {head + `
<ReleaseTransactions><TransactionReleaseReference>R2</TransactionReleaseReference><SalesTransaction><SalesData><NumberOfConsumerSalesGross>0</NumberOfConsumerSalesGross><NumberOfFreeUnitsToConsumers>9</NumberOfFreeUnitsToConsumers></SalesData></SalesTransaction></ReleaseTransactions>` + foot, `0s title=Two quantity=9 territory=DE model=PayAsYouGoModel service=Shop release_id=G2
`, nil},
		"what is not listed has no name": {head + `
<ReleaseTransactions><TransactionReleaseReference>R9</TransactionReleaseReference><SalesTransaction><SalesData><NumberOfConsumerSalesGross>3</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>
<ReleaseTransactions><TransactionReleaseReference>R1</TransactionReleaseReference><SalesTransaction><SalesData/></SalesTransaction></ReleaseTransactions>` + foot, `0s quantity=3 territory=DE model=PayAsYouGoModel service=Shop
`, map[string]int64{"release or resource that the message refers to and does not list": 1, "record without a number": 1}},
		"lists of releases and resources": {`<SalesReportToSocietyMessage><MessageHeader><MessageSender><PartyId>P1</PartyId></MessageSender></MessageHeader>
<ContainedResourceList><SoundRecording><SoundRecordingId><ISRC>XX7</ISRC></SoundRecordingId><ResourceReference>A1</ResourceReference><ReferenceTitle><TitleText>Seven</TitleText></ReferenceTitle>
 <SoundRecordingDetailsByTerritory><DisplayArtist><PartyName><FullName>The Chips</FullName></PartyName></DisplayArtist></SoundRecordingDetailsByTerritory></SoundRecording></ContainedResourceList>
<ContainedReleaseList><Release><ReleaseId><GRid>G7</GRid></ReleaseId><ReleaseReference>R7</ReleaseReference><ReferenceTitle><TitleText>Seven, the single</TitleText></ReferenceTitle>
 <ReleaseResourceReferenceList><ReleaseResourceReference>A1</ReleaseResourceReference></ReleaseResourceReferenceList></Release></ContainedReleaseList>
<SalesReport><SalesByCommercialModel><CommercialModelType>SubscriptionModel</CommercialModelType><SalesByTerritory><TerritoryCode>FR</TerritoryCode>
<ReleaseTransactions><TransactionResourceReference>A1</TransactionResourceReference><ResourceType>SoundRecording</ResourceType><SalesTransaction><UseType>Stream</UseType><SalesData><NumberOfConsumerSalesGross>4</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>
<ReleaseTransactions><TransactionReleaseReference>R7</TransactionReleaseReference><SalesTransaction><UseType>Stream</UseType><SalesData><NumberOfConsumerSalesGross>2</NumberOfConsumerSalesGross></SalesData></SalesTransaction></ReleaseTransactions>
</SalesByTerritory></SalesByCommercialModel></SalesReport></SalesReportToSocietyMessage>`, `0s title=Seven artist=The Chips quantity=4 territory=FR model=SubscriptionModel use=Stream service=P1 isrc=XX7
1s title=Seven, the single artist=The Chips quantity=2 territory=FR model=SubscriptionModel use=Stream service=P1 isrc=XX7 release_id=G7
`, nil},
		"identifiers instead of references": {`<SalesReportToRecordCompanyMessage><SalesReport><SalesByCommercialModel><SalesByUseType><UseType>PermanentDownload</UseType><SalesByTerritory><TerritoryCode>DE</TerritoryCode>
<ReleaseSales><ReleaseId><ISRC>XX1</ISRC></ReleaseId><NumberOfConsumerSales>5</NumberOfConsumerSales></ReleaseSales>
<ReleaseSales><ReleaseId><ISRC>XX2</ISRC></ReleaseId><NumberOfConsumerSales>7</NumberOfConsumerSales></ReleaseSales>
</SalesByTerritory></SalesByUseType></SalesByCommercialModel></SalesReport></SalesReportToRecordCompanyMessage>`, `0s quantity=5 territory=DE use=PermanentDownload isrc=XX1
1s quantity=7 territory=DE use=PermanentDownload isrc=XX2
`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, counts := story(t, c.text)
			if got != c.want {
				t.Errorf("told\n%swant\n%s", got, c.want)
			}
			if !maps.Equal(counts, c.counts) {
				t.Errorf("counted %v, want %v", counts, c.counts)
			}
		})
	}
}
