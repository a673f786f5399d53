package delivery

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// put writes files into a folder, each whole or not at all, and never over another one. A file that is there already as it
// should be is left as it is.
func put(folder string, files []File) error {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return fmt.Errorf("the folder %s is not there: make it, or mount what it is on", folder)
	}
	for _, file := range files {
		if err := putFile(folder, file); err != nil {
			return fmt.Errorf("%s can't be written: %w", filepath.Join(folder, file.Name), plain(err))
		}
	}
	return syncFolder(folder)
}

// plain leaves out the path of an error, as the sentence names it.
func plain(err error) error {
	if path := new(fs.PathError); errors.As(err, &path) {
		return path.Err
	}
	if link := new(os.LinkError); errors.As(err, &link) {
		return link.Err
	}
	return err
}

var errOther = errors.New("another file has its name: move that one away")

func putFile(folder string, file File) (err error) {
	if file.Name != filepath.Base(file.Name) {
		return errors.New("it is no name of a file")
	}
	path := filepath.Join(folder, file.Name)
	if done, err := isThere(path, file.Bytes); done || err != nil {
		return err
	}
	beside, err := os.CreateTemp(folder, "."+file.Name+"-*.part")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(beside.Name())) }()
	if err := fill(beside, file.Bytes); err != nil {
		return err
	}
	// A link, and not a move: it fails where there is a file of the name by now.
	err = os.Link(beside.Name(), path)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		if done, err := isThere(path, file.Bytes); done || err != nil {
			return err
		}
	}
	return putNew(path, file.Bytes) // a file system without links
}

// putNew writes a file that is not there yet.
func putNew(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := fill(file, content); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// fill writes a file and sees it on the disk.
func fill(file *os.File, content []byte) error {
	_, err := file.Write(content)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// isThere tells whether a file is there with this content; another one under its name is an error.
func isThere(path string, content []byte) (bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() || info.Size() != int64(len(content)) {
		return false, errOther
	}
	there, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	if !bytes.Equal(there, content) {
		return false, errOther
	}
	return true, nil
}

// syncFolder sees the names of a folder's files on the disk, where the system can do that.
func syncFolder(folder string) error {
	open, err := os.Open(folder)
	if err != nil {
		return plain(err)
	}
	_ = open.Sync() // not every file system knows how
	return open.Close()
}
