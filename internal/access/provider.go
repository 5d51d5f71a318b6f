package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Errors of providers. None repeats what the provider said of somebody.
var (
	// ErrProvider says that what came back from a provider is not what was asked for.
	ErrProvider = errors.New("the provider's answer is not one to this question")
	// ErrNoIdentity says that a provider does not tell a citizen's identity number.
	ErrNoIdentity = errors.New("the provider tells no identity number")
	// ErrUnverified says that a provider tells an identity number that it has not verified.
	ErrUnverified = errors.New("the provider has not verified the identity number")
)

// Provider is an office that vouches for people (OpenID Connect): for staff by their
// subject, for citizens by an identity number that it has verified. It is found at the
// first use, so that one that is away keeps no program from starting.
type Provider struct {
	Issuer     string   `json:"issuer"`
	Name       string   `json:"name"` // as the sign-in page says it
	Client     string   `json:"client_id"`
	SecretFile string   `json:"secret_file"`
	Scopes     []string `json:"scopes"` // that are asked for besides openid
	// IdentityClaim is the claim with the identity number, and VerifiedClaim the one
	// that is true where the provider has verified it; of providers for citizens only.
	IdentityClaim string `json:"identity_claim"`
	VerifiedClaim string `json:"verified_claim"`
	// HTTP asks the provider; nil takes a client that waits for ten seconds.
	HTTP *http.Client `json:"-"`

	once  sync.Mutex
	found *oidc.Provider
}

// Valid says what to change in a provider that nobody could be sent to.
func (p *Provider) Valid() error {
	at, err := url.Parse(p.Issuer)
	if err != nil || at.Host == "" || at.Scheme != "https" && !local(at.Hostname()) {
		return fmt.Errorf("identity_providers: issuer %q must be the https address of a provider", p.Issuer)
	}
	for name, value := range map[string]string{"name": p.Name, "client_id": p.Client, "secret_file": p.SecretFile} {
		if value == "" {
			return fmt.Errorf("identity_providers: %s is missing for issuer %s", name, p.Issuer)
		}
	}
	if (p.IdentityClaim == "") != (p.VerifiedClaim == "") {
		return fmt.Errorf("identity_providers: issuer %s: identity_claim and verified_claim go together", p.Issuer)
	}
	if _, err := p.secret(); err != nil {
		return fmt.Errorf("identity_providers: secret_file of issuer %s: %w", p.Issuer, err)
	}
	return nil
}

// local says whether a host is this machine, where nobody listens in.
func local(host string) bool { return host == "127.0.0.1" || host == "localhost" }

func (p *Provider) secret() (string, error) {
	raw, err := os.ReadFile(p.SecretFile)
	return strings.TrimSpace(string(raw)), err
}

// Question is what was asked of a provider, kept by the browser that was sent
// there until it comes back.
type Question struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE (RFC 7636)
	Anew     bool   `json:"anew"`     // the person was to prove themselves again
	Next     string `json:"next"`
}

// NewQuestion draws a question.
func NewQuestion(next string, anew bool) Question {
	return Question{State: NewSecret().Text(), Nonce: NewSecret().Text(), Verifier: oauth2.GenerateVerifier(),
		Anew: anew, Next: next}
}

const providerTime = 10 * time.Second

// client carries the HTTP client to where the libraries look for it.
func (p *Provider) client(ctx context.Context) context.Context {
	c := p.HTTP
	if c == nil {
		c = &http.Client{Timeout: providerTime}
	}
	return oidc.ClientContext(ctx, c)
}

// find reads what the provider says of itself, once it answers.
func (p *Provider) find(ctx context.Context) (*oidc.Provider, error) {
	p.once.Lock()
	defer p.once.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(p.client(context.WithoutCancel(ctx)), p.Issuer) // its keys are fetched long after
	if err != nil {
		return nil, fmt.Errorf("find the provider %s: %w", p.Issuer, err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) config(ctx context.Context, back string) (*oauth2.Config, *oidc.Provider, error) {
	found, err := p.find(ctx)
	if err != nil {
		return nil, nil, err
	}
	secret, err := p.secret()
	if err != nil {
		return nil, nil, fmt.Errorf("read the secret of provider %s: %w", p.Issuer, err)
	}
	return &oauth2.Config{ClientID: p.Client, ClientSecret: secret, Endpoint: found.Endpoint(), RedirectURL: back,
		Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...)}, found, nil
}

// Ask returns the address to which a browser is sent with a question, to come back
// to ours.
func (p *Provider) Ask(ctx context.Context, q Question, back string) (string, error) {
	config, _, err := p.config(ctx, back)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier)}
	if q.Anew {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return config.AuthCodeURL(q.State, options...), nil
}
