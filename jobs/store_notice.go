package jobs

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/audit"
	"onewindow/internal/notice"
	"onewindow/registration"
)

// noticeStep stands in a letter about a message where others name a step.
const noticeStep = "notice"

func putNoticeLetter(ctx context.Context, tx pgx.Tx, id, caseID int64, attempts int, text string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO jobs_dead_letter (case_id, step, notice_id, attempts, error)
		VALUES (nullif($1, 0), $2, $3, $4, $5)`, caseID, noticeStep, id, attempts, text)
	if err != nil {
		return fmt.Errorf("write the letter about message %d: %w", id, err)
	}
	return nil
}

func settleNoticeLetter(ctx context.Context, tx pgx.Tx, id int64, by string) error {
	_, err := tx.Exec(ctx, `
		UPDATE jobs_dead_letter SET settled_at = now(), settled_by = $2 WHERE notice_id = $1 AND settled_at IS NULL`, id, by)
	if err != nil {
		return fmt.Errorf("settle the letter about message %d: %w", id, err)
	}
	return nil
}

// silentNotices returns waiting messages that have had no live job for a while.
func silentNotices(ctx context.Context, tx pgx.Tx) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT m.id FROM notice_message m
		WHERE m.state = 'waiting' AND m.put_at < now() - make_interval(secs => $1) AND NOT EXISTS (
			SELECT FROM river_job j WHERE j.kind = $2 AND (j.args ->> 'notice')::bigint = m.id
				AND j.state IN ('available', 'pending', 'retryable', 'running', 'scheduled'))
		LIMIT 1000`, noticeRest.Seconds(), noticeKind)
	if err != nil {
		return nil, fmt.Errorf("look for silent messages: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// owners are the telephones at which the current holders of unit $1 can be
// reached, as earlier cases have proved, each once.
const owners = `
	SELECT DISTINCT ON (c.phone_index) c.phone
	FROM registration_right r JOIN registration_holder h ON h.right_id = r.id
	JOIN notice_contact c ON c.person = h.id_index
	WHERE r.unit = $1 AND r.closed_at IS NULL ORDER BY c.phone_index, c.id LIMIT 50`

func ownersPhones(ctx context.Context, tx pgx.Tx, unit registration.UnitCode) ([]string, error) {
	rows, err := tx.Query(ctx, owners, unit)
	if err != nil {
		return nil, fmt.Errorf("look for the owners' telephones: %w", err)
	}
	return notice.Phones(rows)
}

// putAccepted writes down that a case was accepted, with how many telephones of the
// unit's owners are told as its result, and returns them. It is one statement,
// because every case makes it.
func putAccepted(ctx context.Context, tx pgx.Tx, e audit.Event, unit registration.UnitCode) ([]string, error) {
	rows, err := tx.Query(ctx, `
		WITH owners AS MATERIALIZED (`+owners+`), event AS (
			INSERT INTO audit_event (kind, object, actor, role, action, reason, origin, result, request)
			SELECT $2, $3, $4, $5, $6, $7, $8, CASE count(*) WHEN 0 THEN $9 ELSE $10 || count(*) END, $11 FROM owners
		)
		SELECT phone FROM owners`, unit, e.Kind, e.Object, e.Actor, e.Role, e.Action, e.Reason, e.From,
		audit.NobodyYet, audit.ToldPrefix, e.Request)
	if err != nil {
		return nil, fmt.Errorf("write down that case %s was accepted: %w", e.Object, err)
	}
	return notice.Phones(rows)
}
