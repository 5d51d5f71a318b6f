package registration

// Acquisition is how a holder came by a right (权利取得方式).
type Acquisition string

const (
	Purchase      Acquisition = "purchase"       // 购买
	Inheritance   Acquisition = "inheritance"    // 继承、受遗赠
	Gift          Acquisition = "gift"           // 赠与
	Divorce       Acquisition = "divorce"        // 离婚析产
	HousingReform Acquisition = "housing_reform" // 房改购房
	SelfBuilt     Acquisition = "self_built"     // 自建
	Resettlement  Acquisition = "resettlement"   // 拆迁安置
	CourtDecision Acquisition = "court_decision" // 司法裁定
)

// LandNature is how the right to use the land was created (权利性质, table A9).
type LandNature string

const (
	Granted   LandNature = "granted"   // 出让
	Allocated LandNature = "allocated" // 划拨
)

// Word returns the term that registers and certificates print.
func (n LandNature) Word() string { return landNatures[n] }

var landNatures = map[LandNature]string{Granted: "出让", Allocated: "划拨"}

// LandUse is the use of the land (土地用途, GB/T 21010).
type LandUse string

const (
	UrbanResidential LandUse = "0701" // 城镇住宅用地
	Commercial       LandUse = "05"   // 商服用地
)

// Word returns the term that registers and certificates print.
func (u LandUse) Word() string { return landUses[u] }

var landUses = map[LandUse]string{UrbanResidential: "城镇住宅用地", Commercial: "商服用地"}

// HouseUse is the planned use of the house, as code of table A17 (房屋用途).
type HouseUse string

const (
	Dwelling           HouseUse = "10"  // 住宅
	CompleteDwelling   HouseUse = "11"  // 成套住宅
	Villa              HouseUse = "111" // 别墅
	Apartment          HouseUse = "112" // 高档公寓
	IncompleteDwelling HouseUse = "12"  // 非成套住宅
	Dormitory          HouseUse = "13"  // 集体宿舍
	Storage            HouseUse = "27"  // 仓储
	Shop               HouseUse = "31"  // 商业服务
	OfficeSpace        HouseUse = "60"  // 办公
	OtherUse           HouseUse = "80"  // 其它
)

// Word returns the term that registers and certificates print.
func (u HouseUse) Word() string { return houseUses[u] }

// Housing reports whether the use is dwelling: group 1 of table A17.
func (u HouseUse) Housing() bool { return len(u) > 0 && u[0] == '1' }

var houseUses = map[HouseUse]string{
	Dwelling: "住宅", CompleteDwelling: "成套住宅", Villa: "别墅", Apartment: "高档公寓",
	IncompleteDwelling: "非成套住宅", Dormitory: "集体宿舍", Storage: "仓储",
	Shop: "商业服务", OfficeSpace: "办公", OtherUse: "其它",
}

// HouseNature is the code of table A19 (房屋性质): how the house came to market.
type HouseNature string

const (
	Market        HouseNature = "0"  // 市场化商品房
	Relocation    HouseNature = "1"  // 动迁房
	PublicRental  HouseNature = "3"  // 公共租赁住房
	LowRent       HouseNature = "4"  // 廉租住房
	PriceLimited  HouseNature = "5"  // 限价普通商品住房
	Affordable    HouseNature = "6"  // 经济适用住房
	FundRaised    HouseNature = "8"  // 集资建房
	Welfare       HouseNature = "9"  // 福利房
	OtherProperty HouseNature = "99" // 其它
)

// Word returns the term that registers and certificates print.
func (n HouseNature) Word() string { return houseNatures[n] }

var houseNatures = map[HouseNature]string{
	Market: "市场化商品房", Relocation: "动迁房", PublicRental: "公共租赁住房", LowRent: "廉租住房",
	PriceLimited: "限价普通商品住房", Affordable: "经济适用住房", FundRaised: "集资建房",
	Welfare: "福利房", OtherProperty: "其它",
}

// Structure is the structure of a building (房屋结构).
type Structure string

const (
	Steel              Structure = "1" // 钢结构
	SteelConcrete      Structure = "2" // 钢和钢筋混凝土结构
	ReinforcedConcrete Structure = "3" // 钢筋混凝土结构
	Mixed              Structure = "4" // 混合结构
	BrickWood          Structure = "5" // 砖木结构
	OtherStructure     Structure = "6" // 其它结构
)

// Word returns the term that registers and certificates print.
func (s Structure) Word() string { return structures[s] }

var structures = map[Structure]string{
	Steel: "钢结构", SteelConcrete: "钢和钢筋混凝土结构", ReinforcedConcrete: "钢筋混凝土结构",
	Mixed: "混合结构", BrickWood: "砖木结构", OtherStructure: "其它结构",
}

// Word returns the term that registers and certificates print.
func (c CoOwnership) Word() string { return coOwnerships[c] }

var coOwnerships = map[CoOwnership]string{Sole: "单独所有", Joint: "共同共有", ByShares: "按份共有"}
