package main

import "onewindow/internal/access"

// porter lets people in.
func (d *database) porter() access.Porter {
	return access.Porter{Pool: d.pool, Hasher: access.NewHasher(0)}
}
