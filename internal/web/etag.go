package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onewindow/intake"
	"onewindow/internal/access"
	"onewindow/jobs"
)

// Errors of preconditions.
var (
	// errMatchMissing is answered 428 (RFC 6585): whoever changes a case says which
	// state of it they saw.
	errMatchMissing = errors.New("the request does not say which state of the case it is about")
)

// tagOf is the ETag of a case as it is shown: the version of its journal, and the
// language. It is a strong one, so that If-Match may carry it (RFC 9110 13.1.1); the
// members that only tell the time of reading are not part of what it stands for.
func tagOf(version int64, lang string) string {
	return `"` + strconv.FormatInt(version, 10) + "." + lang + `"`
}

// tagsIn lists the entity tags of a header. Ours hold no comma.
func tagsIn(values []string) (tags []string) {
	for _, value := range values {
		for tag := range strings.SplitSeq(value, ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

// matches says whether If-None-Match names the tag, compared weakly.
func matches(values []string, tag string) bool {
	return slices.ContainsFunc(tagsIn(values), func(t string) bool {
		return t == "*" || strings.TrimPrefix(t, "W/") == tag
	})
}

// seenVersion returns the version of the case that the sender of a change has seen. It
// returns errMatchMissing if they do not say, and intake.ErrStale if it is not the
// present one. "*" is whoever has decided not to look: any version will do, 0.
func seenVersion(r *http.Request, version int64) (int64, error) {
	tags := tagsIn(r.Header.Values("If-Match"))
	if len(tags) == 0 {
		return 0, errMatchMissing
	}
	for _, tag := range tags {
		if tag == "*" {
			return 0, nil
		}
		number, _, _ := strings.Cut(strings.Trim(tag, `"`), ".")
		if strconv.FormatInt(version, 10) == number && tag[0] == '"' {
			return version, nil
		}
	}
	return 0, intake.ErrStale
}

// answerCase answers with a case of a version, unless the client has just that.
func (s *server) answerCase(w http.ResponseWriter, r *http.Request, c *jobs.Sight, version int64) error {
	lang := languageOf(r)
	tag := tagOf(version, lang)
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Language", lang)
	w.Header().Add("Vary", "Accept-Language")
	if r.Method != http.MethodPost && matches(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return answer(w, http.StatusOK, viewOf(lang, c))
}

// versioned returns the case in the address with its version, if who asks may do
// it to that case. The version is read first: the case may be newer than its tag,
// which costs a reader one more reading, and never older, which would hide a change.
func (s *server) versioned(r *http.Request, a access.Action) (*jobs.Sight, int64, error) {
	number, err := s.reach(r, a)
	if err != nil {
		return nil, 0, err
	}
	version, err := s.Flow.VersionOf(r.Context(), number)
	if err != nil {
		return nil, 0, err
	}
	c, err := s.Flow.Find(r.Context(), number)
	return c, version, err
}
