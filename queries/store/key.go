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

// patronKey gives the secret of the data directory, 32 random bytes. A new one is written (mode 0600) with the
// generation that is the first to hold readers under it, so that a load which is thrown away leaves nothing behind.
func (f *Files) patronKey() ([]byte, error) {
	if f.newKey != nil {
		return f.newKey, nil
	}
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
	f.newKey = make([]byte, 32)
	_, err = rand.Read(f.newKey)
	return f.newKey, err
}

// keepKey writes a key that patronKey made.
func (f *Files) keepKey() error {
	if f.newKey == nil {
		return nil
	}
	if err := writeFile(filepath.Join(f.dir, KeyFile), f.newKey); err != nil {
		return err
	}
	f.newKey = nil
	return nil
}
