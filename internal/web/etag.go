package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onewindow/intake"
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

// seenVersion returns the version of the case that the sender of a change has seen:
// the newest of those that it names. It returns errMatchMissing if it names none, and
// intake.ErrStale if that is none of ours. "*" is whoever decides without having
// looked, 0.
func seenVersion(r *http.Request) (seen int64, err error) {
	tags := tagsIn(r.Header.Values("If-Match"))
	if len(tags) == 0 {
		return 0, errMatchMissing
	}
	for _, tag := range tags {
		if tag == "*" {
			return 0, nil
		}
		number, _, _ := strings.Cut(strings.Trim(tag, `"`), ".")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil && tag[0] == '"' {
			seen = max(seen, n)
		}
	}
	if seen == 0 {
		return 0, intake.ErrStale
	}
	return seen, nil
}

// seenOnPage is seenVersion of a form, which names the version of its page.
func seenOnPage(r *http.Request) (int64, error) {
	seen, err := strconv.ParseInt(r.PostFormValue("seen"), 10, 64)
	if err != nil || seen <= 0 {
		return 0, errMatchMissing
	}
	return seen, nil
}

// answerCase answers with a case, unless the client has just that version.
func (s *server) answerCase(w http.ResponseWriter, r *http.Request, c *jobs.Sight) error {
	lang := languageOf(r)
	tag := tagOf(c.Version, lang)
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Language", lang)
	w.Header().Add("Vary", "Accept-Language")
	if r.Method != http.MethodPost && matches(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return answer(w, http.StatusOK, viewOf(lang, c))
}
