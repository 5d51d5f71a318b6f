// Package outbound is how the program speaks to the programs of other offices:
// a client that survives whatever the other side answers, and the signature by
// which both sides know each other.
//
// It knows HTTP and the Standard Webhooks signature. It knows nothing of taxes,
// meters or cases: what a message says is its caller's business. It trusts no
// reply: everything that comes back is capped, and no text of the other side
// enters an error.
package outbound
