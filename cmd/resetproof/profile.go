package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// profiled runs work and writes cpu.pprof and heap.pprof into dir; without a
// dir it only runs it.
func profiled(dir string, work func() error) error {
	if dir == "" {
		return work()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usagef("", "--profile: %w", err)
	}
	cpu, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err != nil {
		return usagef("", "--profile: %w", err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return errors.Join(fmt.Errorf("--profile: %w", err), cpu.Close())
	}
	err = work()
	pprof.StopCPUProfile()
	return errors.Join(err, cpu.Close(), writeHeap(filepath.Join(dir, "heap.pprof")))
}

func writeHeap(file string) error {
	heap, err := os.Create(file)
	if err != nil {
		return err
	}
	runtime.GC() // so that the profile shows what is live
	return errors.Join(pprof.WriteHeapProfile(heap), heap.Close())
}
