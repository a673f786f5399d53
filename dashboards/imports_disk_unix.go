//go:build linux || darwin

package dashboards

import "syscall"

// freeDisk gives the bytes that this user may still write where path is; false where that is not known.
func freeDisk(path string) (free int64, known bool) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(path, &stat); err != nil {
		return 0, false
	}
	return int64(stat.Bavail) * int64(stat.Bsize), true //nolint:unconvert // 32 bits wide on other systems
}
