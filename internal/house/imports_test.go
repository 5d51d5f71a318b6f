package house

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// rooms are the packages that clerks would recognise. They take values and a
// transaction, and know no other room but those named in mayImport.
var rooms = []string{"intake", "registration", "registration/certificate", "tax", "tax/payment", "utilities"}

// mayImport lists what a package may import besides the standard library. A
// package that is not listed belongs to the listed one above it, and so do the
// imports between them; where there is none, it may import anything but River.
var mayImport = map[string][]string{
	"intake":                   {"registration", "internal/money", "internal/vault", "pgx"},
	"registration":             {"internal/money", "internal/text", "internal/vault", "pgx"},
	"registration/certificate": {"registration", "internal/typeset", "gofpdf", "internal/vault", "pgx"},
	"tax": {"tax/rule", "internal/money", "internal/outbound", "internal/text", "internal/vault", "standard-webhooks",
		"pgx"},
	"tax/payment": {"tax", "tax/rule", "internal/money", "internal/outbound", "internal/vault", "standard-webhooks", "wechatpay-go",
		"pgx"},
	"tax/rule":      {},
	"tax/statement": {"tax", "internal/money", "internal/typeset"},
	"tax/worked":    {"tax", "tax/rule", "internal/money"},
	"utilities":     {"internal/outbound", "standard-webhooks", "pgx"},
	"jobs": {"intake", "registration", "registration/certificate", "tax", "tax/payment", "utilities",
		"internal/money", "internal/access", "internal/audit", "internal/files", "internal/notice", "internal/typeset", "pgx", "river",
		"golang-lru"},
	"templates": {"internal/money"},
	"internal/access": {"internal/audit", "internal/text", "internal/vault", "pgx", "argon2id",
		"github.com/pquerna/otp", "go-oidc",
		"golang.org/x/oauth2"},
	"internal/draft":    {"internal/access", "internal/vault", "pgx"},
	"internal/money":    {},
	"internal/outbound": {"standard-webhooks"},
	"internal/audit":    {"pgx"},
	"internal/notice":   {"templates", "internal/outbound", "internal/vault", "pgx"},
	"internal/files": {"internal/vault", "pgx", "golang.org/x/sys/unix", "github.com/pdfcpu/pdfcpu/pkg/api",
		"github.com/pdfcpu/pdfcpu/pkg/filter", "github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model",
		"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types", "github.com/minio/minio-go/v7",
		"github.com/minio/minio-go/v7/pkg/credentials"},
	"internal/postgres": {"pgx"},
	"internal/vault":    {"pgx"},
	"internal/strict":   {},
	"internal/typeset":  {"templates", "gofpdf", "barcode", "x/image"},
	"internal/text":     {},
	"internal/premises": {"pgx"},
	"internal/meter":    {"pgx", "otel", "prometheus"},
	"internal/health":   {"internal/schema", "pgx", "golang.org/x/sys/unix"},
	"internal/schema":   {"pgx", "tern", "river"},
	"internal/machine":  {"internal/postgres", "internal/pgtest"},
	"internal/web": {"jobs", "intake", "registration", "registration/certificate", "tax", "tax/payment", "tax/statement", "utilities",
		"templates", "internal/access", "internal/audit", "internal/draft", "internal/files", "internal/health",
		"internal/money", "internal/notice", "internal/outbound", "internal/text", "pgx", "chi", "barcode", "httprate",
		"yaml", "golang-lru"},
}

// knowRiver are the only packages that may import River, with those below them.
var knowRiver = []string{"jobs", "cmd", "internal/schema", "internal/bench"}

// short are the names of modules in the table above.
var short = []struct{ path, name string }{
	{"github.com/jackc/pgx/v5", "pgx"},
	{"github.com/jackc/tern/v2", "tern"},
	{"github.com/riverqueue/river", "river"},
	{"riverqueue.com", "river"},
	{"github.com/go-chi/chi/v5", "chi"},
	{"github.com/go-chi/httprate", "httprate"},
	{"go.yaml.in/yaml/v3", "yaml"},
	{"github.com/jung-kurt/gofpdf", "gofpdf"},
	{"github.com/boombuler/barcode", "barcode"},
	{"golang.org/x/image", "x/image"},
	{"github.com/hashicorp/golang-lru/v2", "golang-lru"},
	{"go.opentelemetry.io", "otel"},
	{"github.com/exaring/otelpgx", "otel"},
	{"github.com/prometheus/client_golang", "prometheus"},
	{"github.com/alexedwards/argon2id", "argon2id"},
	{"github.com/coreos/go-oidc/v3", "go-oidc"},
	{"github.com/pquerna/otp", "github.com/pquerna/otp"},
	{"github.com/standard-webhooks/standard-webhooks", "standard-webhooks"},
	{"github.com/wechatpay-apiv3/wechatpay-go", "wechatpay-go"},
}

// imports reports imports that the table does not allow, and SQL outside the
// store of a room.
func imports(files []file) (found []string) {
	for _, f := range files {
		if f.test {
			continue
		}
		for _, spec := range f.syntax.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // it does not compile either
			}
			found = append(found, importBy(f, nameOf(target))...)
		}
	}
	return found
}

// importBy reports what is wrong with one import, by its name in the table.
func importBy(f file, target string) (found []string) {
	if target == "" {
		return nil
	}
	if owner := listed(f.dir()); owner != "" && owner != listed(target) && !allows(owner, target) {
		only := strings.Join(mayImport[owner], " ")
		found = append(found, f.path+" imports "+target+"; "+owner+" may import only ["+only+"]")
	}
	knows := slices.ContainsFunc(knowRiver, func(p string) bool { return below(f.dir(), p) })
	if target == "river" && !knows {
		found = append(found, f.path+" imports river; only "+strings.Join(knowRiver, ", ")+" may")
	}
	if target == "pgx" && f.inRoom() && !isStore(f.path) {
		found = append(found, f.path+" imports pgx; in a room only store*.go and seed*.go may")
	}
	return found
}

// nameOf returns an import as the table names it, empty for the standard
// library.
func nameOf(target string) string {
	if inside, ok := strings.CutPrefix(target, "onewindow/"); ok {
		return inside
	}
	for _, s := range short {
		if strings.HasPrefix(target, s.path) {
			return s.name
		}
	}
	if first, _, _ := strings.Cut(target, "/"); strings.Contains(first, ".") {
		return target
	}
	return ""
}

// listed returns the package of the table that dir belongs to, or "".
func listed(dir string) string {
	for ; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if _, ok := mayImport[dir]; ok {
			return dir
		}
	}
	return ""
}

// allows reports whether the table lets owner import target, or what target
// belongs to.
func allows(owner, target string) bool {
	return slices.Contains(mayImport[owner], target) || slices.Contains(mayImport[owner], listed(target))
}

// isStore reports whether SQL may stand in a file of a room.
func isStore(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "store") || strings.HasPrefix(base, "seed")
}

// below reports whether package dir is top or below it.
func below(dir, top string) bool { return dir == top || strings.HasPrefix(dir, top+"/") }
