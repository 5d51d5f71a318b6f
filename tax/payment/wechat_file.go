package payment

import (
	"context"
	"crypto/sha1"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"onewindow/internal/money"
	"onewindow/internal/outbound"
)

// Day fetches the bill file of a day (申请交易账单): a signed answer says where it is
// and what its SHA-1 is, which the file must have.
func (w *WeChat) Day(ctx context.Context, day time.Time) ([]Trade, error) {
	var said struct {
		Kind string `json:"hash_type"`
		Hash string `json:"hash_value"`
		URL  string `json:"download_url"`
	}
	on := day.Format(time.DateOnly)
	err := w.get(ctx, "/v3/bill/tradebill?bill_date="+on+"&bill_type=ALL", &said)
	if code := weChatCode(err); code == "NO_STATEMENT_EXIST" {
		return nil, nil // nothing was paid on that day
	} else if code == "STATEMENT_CREATING" {
		return nil, ErrNoDay
	}
	if err != nil {
		return nil, fmt.Errorf("ask for the bill file of %s: %w", on, weChatFault(err))
	}
	if said.Kind != "SHA1" || !strings.HasPrefix(said.URL, w.URL+"/") {
		return nil, fmt.Errorf("bill file of %s: %w", on, outbound.ErrMalformed)
	}
	file, err := w.file(ctx, said.URL)
	if err != nil {
		return nil, fmt.Errorf("fetch the bill file of %s: %w", on, err)
	}
	if sum := sha1.Sum(file); hex.EncodeToString(sum[:]) != strings.ToLower(said.Hash) { // its format's, not ours
		return nil, fmt.Errorf("bill file of %s: %w", on, outbound.ErrSignature)
	}
	return weChatTrades(string(file))
}

// file fetches a file, which is not signed.
func (w *WeChat) file(ctx context.Context, url string) ([]byte, error) {
	result, err := w.files.Get(ctx, url)
	if result != nil && result.Response != nil {
		defer result.Response.Body.Close()
	}
	if err != nil {
		return nil, weChatFault(err)
	}
	return whole(result.Response.Body, maxFile)
}

// weChatTrades reads the table of a bill file: a head, a line for each trade with a
// back-quote before each value, then the head and the line of the sums.
func weChatTrades(text string) (trades []Trade, err error) {
	table := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	table.FieldsPerRecord = -1
	table.LazyQuotes = true
	head, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("read the bill file: %w", outbound.ErrMalformed)
	}
	column := func(line []string, name string) string {
		if at := slices.Index(head, name); at >= 0 && at < len(line) {
			return strings.TrimPrefix(strings.TrimSpace(line[at]), "`")
		}
		return ""
	}
	for {
		line, err := table.Read()
		if err != nil || !strings.HasPrefix(line[0], "`") { // the sums
			return trades, nil
		}
		t := Trade{Ref: column(line, "商户订单号"), OrderID: column(line, "微信订单号")}
		amount := column(line, "订单金额")
		switch column(line, "交易状态") {
		case "REFUND":
			t.Refund, amount = column(line, "商户退款单号"), column(line, "退款金额")
		case "REVOKED":
			continue
		}
		if t.Amount, err = fenOf(amount); err != nil || !reference(t.Ref) {
			return nil, fmt.Errorf("read the bill file: %w", errors.Join(err, outbound.ErrMalformed))
		}
		trades = append(trades, t)
	}
}

// fenOf reads yuan with two decimals.
func fenOf(yuan string) (money.Fen, error) {
	whole, cents, ok := strings.Cut(yuan, ".")
	if !ok || len(cents) != 2 {
		return 0, outbound.ErrMalformed
	}
	var fen int64
	for _, digit := range whole + cents {
		if digit < '0' || digit > '9' || fen > 1<<53 {
			return 0, outbound.ErrMalformed
		}
		fen = fen*10 + int64(digit-'0')
	}
	return money.Fen(fen), nil
}

var _ Gateway = (*WeChat)(nil)
var _ Gateway = Platform{}
