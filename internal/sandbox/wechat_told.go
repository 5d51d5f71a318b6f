package sandbox

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onewindow/internal/money"
)

// Scan is the payer's act: the order is paid, and who asked for it is told.
func (w *WeChat) Scan(ref string) {
	w.mu.Lock()
	o := w.orders[ref]
	if o == nil || o.state != "NOTPAY" {
		w.mu.Unlock()
		return
	}
	sum := sha256.Sum256([]byte(ref))
	o.state, o.id, o.paidAt = "SUCCESS", "42000"+hex.EncodeToString(sum[:8]), time.Now()
	shown, to := w.show(o), o.notify
	w.mu.Unlock()
	h, body := w.Callback("TRANSACTION.SUCCESS", shown, time.Now())
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return
	}
	r.Header = h
	if res, err := w.Client.Do(r); err == nil {
		res.Body.Close()
	}
}

// Callback makes a signed callback: what it tells is sealed with the APIv3 key.
func (w *WeChat) Callback(event string, told map[string]any, at time.Time) (http.Header, []byte) {
	text, _ := json.Marshal(told)
	block, _ := aes.NewCipher([]byte(w.APIv3Key))
	aead, _ := cipher.NewGCM(block)
	nonce := rand.Text()[:aead.NonceSize()]
	sealed := aead.Seal(nil, []byte(nonce), text, []byte("transaction"))
	body, _ := json.Marshal(map[string]any{
		"id": rand.Text(), "create_time": at.Format(time.RFC3339), "event_type": event,
		"resource_type": "encrypt-resource", "summary": "支付成功",
		"resource": map[string]any{"algorithm": "AEAD_AES_256_GCM", "nonce": nonce,
			"associated_data": "transaction", "original_type": "transaction",
			"ciphertext": base64.StdEncoding.EncodeToString(sealed)},
	})
	h := http.Header{"Content-Type": {"application/json"}}
	w.Sign(h, body, at)
	return h, body
}

// billHead is the head of a bill file of all trades.
const billHead = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类," +
	"应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率," +
	"订单金额,申请退款金额,费率备注"

func (w *WeChat) tradeBill(out http.ResponseWriter, r *http.Request) {
	day := r.URL.Query().Get("bill_date")
	var lines []string
	line := func(at time.Time, o *weChatOrder, state, refund string, back money.Fen) {
		if at = at.In(china); at.Format(time.DateOnly) == day {
			lines = append(lines, w.billLine(at, o, state, refund, back))
		}
	}
	for _, o := range w.orders {
		if o.id != "" {
			line(o.paidAt, o, "SUCCESS", "", 0)
		}
	}
	for _, b := range w.backs {
		line(b.at, w.orders[b.order], "REFUND", b.ref, b.amount)
	}
	if len(lines) == 0 {
		w.refuse(out, r, http.StatusBadRequest, "NO_STATEMENT_EXIST")
		return
	}
	text := "\ufeff" + billHead + "\r\n" + strings.Join(lines, "\r\n") +
		"\r\n总交易单数,应结订单总金额,退款总金额\r\n`" + strconv.Itoa(len(lines)) + ",`0.00,`0.00\r\n"
	token := rand.Text()
	w.files[token] = text
	sum := sha1.Sum([]byte(text))
	w.say(out, r, http.StatusOK, map[string]any{"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum[:]),
		"download_url": w.URL + "/v3/billdownload/file?token=" + token})
}

// billLine is a trade as a bill file has it.
func (w *WeChat) billLine(at time.Time, o *weChatOrder, state, refund string, back money.Fen) string {
	total := yuan(o.total)
	return "`" + strings.Join([]string{
		at.Format(time.DateTime), w.App, w.Merchant, "0", "", o.id, o.ref, "payer", "NATIVE", state, "OTHERS", "CNY", total,
		"0.00", "", refund, yuan(back), "0.00", "", "", "缴款单", "", "0.00000", "0.60%", total, "0.00", "",
	}, ",`")
}

func yuan(f money.Fen) string { return fmt.Sprintf("%d.%02d", f/100, f%100) }

func (w *WeChat) download(out http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(out, w.files[r.URL.Query().Get("token")]) // not signed, as the real one is not
}
