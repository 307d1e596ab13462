//go:build ignore

// Repack writes zones.tgz: the table of time zones that comes with Go, compressed as a
// whole. It is run when Go's is newer: go generate ./sources/internal/zones.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

type zone struct {
	name string
	data []byte
}

func main() {
	in, err := zip.OpenReader(filepath.Join(runtime.GOROOT(), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		log.Fatal(err)
	}
	var zones []zone
	for _, f := range in.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			log.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			log.Fatal(err)
		}
		zones = append(zones, zone{f.Name, data})
	}
	// Zones of several names, and those that are nearly the same, stand side by side.
	slices.SortFunc(zones, func(a, b zone) int { return cmp.Or(bytes.Compare(a.data, b.data), strings.Compare(a.name, b.name)) })
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	t := tar.NewWriter(z)
	for _, zone := range zones {
		if err := t.WriteHeader(&tar.Header{Name: zone.name, Mode: 0o644, Size: int64(len(zone.data))}); err != nil {
			log.Fatal(err)
		}
		if _, err := t.Write(zone.data); err != nil {
			log.Fatal(err)
		}
	}
	if err := t.Close(); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("zones.tgz", out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
