package registration

// Office is a registration authority (不动产登记机构). A property is registered at
// the authority of its place (Civil Code art. 210, Regulation art. 7).
type Office struct {
	// County is the six-digit code that begins the unit codes it serves.
	County string
	// Name is the name of the office as people know it.
	Name string
	// Authority is the full name of the city or county in its certificate numbers.
	Authority string
	// Here is true for the counties that this registrar serves.
	Here bool
}

// offices are the counties of Yueyang (岳阳市). The city centre serves 岳阳楼区;
// the other districts and counties keep centres of their own.
var offices = [...]Office{
	{County: "430602", Name: "岳阳市不动产登记中心", Authority: "岳阳市", Here: true},
	{County: "430603", Name: "岳阳市云溪区不动产登记中心", Authority: "岳阳市"},
	{County: "430611", Name: "岳阳市君山区不动产登记中心", Authority: "岳阳市"},
	{County: "430621", Name: "岳阳县不动产登记中心", Authority: "岳阳县"},
	{County: "430623", Name: "华容县不动产登记中心", Authority: "华容县"},
	{County: "430624", Name: "湘阴县不动产登记中心", Authority: "湘阴县"},
	{County: "430626", Name: "平江县不动产登记中心", Authority: "平江县"},
	{County: "430671", Name: "岳阳市屈原管理区不动产登记中心", Authority: "岳阳市"},
	{County: "430681", Name: "汨罗市不动产登记中心", Authority: "汨罗市"},
	{County: "430682", Name: "临湘市不动产登记中心", Authority: "临湘市"},
}

// OfficeOf returns the office of a county, and false for a county outside Yueyang.
func OfficeOf(county string) (Office, bool) {
	for _, o := range offices {
		if o.County == county {
			return o, true
		}
	}
	return Office{}, false
}
