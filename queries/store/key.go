package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// KeyFile holds the secret under which readers are known in the history. Deleting it makes them anonymous for good:
// nobody, not even the library, can then tell which reader a patron_key stands for.
const KeyFile = "patron.key"

// PatronKey gives the secret of the data directory, 32 random bytes, made at the first load (mode 0600).
func (f *Files) PatronKey() ([]byte, error) {
	path := filepath.Join(f.dir, KeyFile)
	key, err := os.ReadFile(path)
	if err == nil && len(key) == 32 {
		return key, nil
	}
	if err == nil {
		return nil, fmt.Errorf("%s is damaged: put back its backup, or delete it to start with new, unlinked reader keys", path)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, storageError("making the data directory", err)
	}
	return key, storageError("writing the key file", writeFile(path, key))
}
