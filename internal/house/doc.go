// Package house holds the rules of the house as tests: which package may import
// which, where SQL may stand, how long files, functions and lines may be, and
// which words and calls are not used. docs and comments may grow old, this
// cannot.
//
// It reads the source of the whole module and knows nothing of what it does.
package house
