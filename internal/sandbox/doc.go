// Package sandbox plays the other offices of a demonstration city: the utility
// companies and the payment gateway, with a made-up answer for every outcome and
// every way in which an office can fail.
//
// It knows the protocols from the other side and shares no code with the rooms
// that speak them, so that a misunderstanding between the two shows in a test.
// It keeps everything in memory and forgets it with the process. The magic
// numbers are listed in docs/SANDBOX.md.
package sandbox
