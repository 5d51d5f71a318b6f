package main

import (
	"crypto/rsa"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"onewindow/tax/payment"
)

// weChatConfig is WeChat Pay (APIv3, Native) in the place of the city's own payment
// platform. Keys lie in files that only this program's account may read.
type weChatConfig struct {
	// URL is where it answers. Default: https://api.mch.weixin.qq.com.
	URL string `json:"url"`
	// Merchant is the merchant's number (商户号); without it there is no WeChat Pay. Default: none.
	Merchant string `json:"merchant"`
	// App is the number of the public account (公众账号ID). No default.
	App string `json:"app"`
	// Serial is that of the merchant's certificate. No default.
	Serial string `json:"serial"`
	// KeyFile holds the merchant's private key (apiclient_key.pem). No default.
	KeyFile string `json:"key_file"`
	// PlatformKeyID names WeChat Pay's public key (PUB_KEY_ID_…). No default.
	PlatformKeyID string `json:"platform_key_id"`
	// PlatformKeyFile holds that key (pub_key.pem). No default.
	PlatformKeyFile string `json:"platform_key_file"`
	// CallbackKeyFile holds the APIv3 key, 32 characters, which opens callbacks. No default.
	CallbackKeyFile string `json:"callback_key_file"`
}

// used says whether this is how the window is paid.
func (w weChatConfig) used() bool { return w.Merchant != "" }

// check checks it; callbacks come to the public address.
func (w weChatConfig) check(f *findings, publicURL string, inner []netip.Prefix, rehearsal bool) {
	if !w.used() {
		f.add(w != weChatConfig{}, "offices.wechat.merchant is missing: the merchant's number, or leave offices.wechat out")
		return
	}
	for name, value := range map[string]string{"app": w.App, "serial": w.Serial, "platform_key_id": w.PlatformKeyID} {
		f.add(value == "", "offices.wechat.%s is missing: it stands beside the merchant's number", name)
	}
	f.add(!strings.HasPrefix(publicURL, "https://"),
		"offices.wechat: WeChat Pay calls back to public_url, which must begin with https://")
	_, _, _, err := w.keys()
	f.add(err != nil, "offices.wechat: %v", err)
	f.add(w.KeyFile != "" && public(w.KeyFile), "offices.wechat.key_file: everyone may read it: chmod 600 %s", w.KeyFile)
	f.add(w.CallbackKeyFile != "" && public(w.CallbackKeyFile),
		"offices.wechat.callback_key_file: everyone may read it: chmod 600 %s", w.CallbackKeyFile)
	if w.URL != "" {
		checkAddress(f, "offices.wechat", w.URL, inner, rehearsal)
	}
}

// keys reads the three keys.
func (w weChatConfig) keys() (own *rsa.PrivateKey, theirs *rsa.PublicKey, callback string, err error) {
	if own, err = utils.LoadPrivateKeyWithPath(w.KeyFile); err != nil {
		return nil, nil, "", namedFault{"key_file", "holds no private key in PEM (apiclient_key.pem)"}
	}
	if theirs, err = utils.LoadPublicKeyWithPath(w.PlatformKeyFile); err != nil {
		return nil, nil, "", namedFault{"platform_key_file", "holds no public key in PEM (pub_key.pem)"}
	}
	text, err := os.ReadFile(w.CallbackKeyFile)
	if callback = strings.TrimSpace(string(text)); err != nil || len(callback) != 32 {
		return nil, nil, "", namedFault{"callback_key_file", "does not hold the 32 characters of the APIv3 key"}
	}
	return own, theirs, callback, nil
}

// namedFault is what is wrong with one member; it quotes nothing of a key.
type namedFault struct{ member, text string }

// Error names the member.
func (n namedFault) Error() string { return n.member + " " + n.text }

// open makes the gateway. What it needs was checked.
func (w weChatConfig) open(publicURL string, client *http.Client) (*payment.WeChat, error) {
	own, theirs, callback, err := w.keys()
	if err != nil {
		return nil, err
	}
	at := payment.WeChatURL
	if w.URL != "" {
		at = strings.TrimSuffix(w.URL, "/")
	}
	return payment.NewWeChat(payment.WeChatTerms{
		URL: at, Merchant: w.Merchant, App: w.App, Serial: w.Serial, Key: own, PlatKeyID: w.PlatformKeyID, PlatKey: theirs,
		APIv3Key: callback, Callback: strings.TrimSuffix(publicURL, "/") + "/api/v1/callbacks/payments", Client: client,
	})
}

// checkAddress checks where an office is reached.
func checkAddress(f *findings, path, address string, inner []netip.Prefix, rehearsal bool) {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		f.add(true, "%s.url: %q is no address: write https://…", path, address)
		return
	}
	sandbox := loopback(at.Hostname()) || reserved(at.Hostname())
	f.add(sandbox && !rehearsal, "%s.url: %s is a sandbox, which would take or confirm what nobody paid or moved: "+
		"name the real office, or set rehearsal on a database of its own", path, at.Hostname())
	ip, err := netip.ParseAddr(at.Hostname())
	in := err == nil && contains(inner, ip)
	f.add(at.Scheme == "http" && err == nil && !in, "%s.url: %s is reached without TLS and outside inner_networks: "+
		"use https, or name its network", path, ip)
	f.add(at.Scheme == "http" && err != nil && len(inner) == 0 && !sandbox,
		"%s.url begins with http://: use https, or name its network in inner_networks", path)
}

func contains(networks []netip.Prefix, ip netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// checkPayment checks how the window is paid: one way, and before the entry what
// the law has before it.
func (o *officesConfig) checkPayment(f *findings, publicURL string, rehearsal bool) {
	o.WeChat.check(f, publicURL, o.InnerNetworks, rehearsal)
	f.add(o.WeChat.used() && o.Gateway != doorConfig{},
		"offices.gateway and offices.wechat are both named: the window is paid one way")
	if !o.WeChat.used() {
		f.add(o.Gateway.Key == "", "offices.gateway.key is missing: whsec_ and 24 to 64 bytes in base64")
		o.Gateway.check(f, "offices.gateway", o.InnerNetworks, rehearsal)
	}
	err := payment.Gate{Later: o.PaidLater}.Valid()
	f.add(err != nil, "offices.paid_later: %v", err)
}
