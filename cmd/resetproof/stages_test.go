package main

import "testing"

// What --memory promises is of the whole process: the program's own pages count.
func TestHeapLimitLeavesRoomForTheProgram(t *testing.T) {
	for memory, want := range map[int64]int64{256 << 20: 200 << 20, 1 << 30: 968 << 20, 64 << 20: 32 << 20} {
		if got := heapLimit(memory); got != want {
			t.Errorf("of %d MiB the heap gets %d, want %d", memory>>20, got>>20, want>>20)
		}
	}
}
