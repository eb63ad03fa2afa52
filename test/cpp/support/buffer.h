// A float array whose surroundings are watched: guard words on both sides, which the destructor
// checks, and which under the address sanitizer may not even be read. A guard that was overwritten
// ends the program, as the sanitizer would.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NEURAL_TEST_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define NEURAL_TEST_ASAN
#endif
#if defined(NEURAL_TEST_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace neural::test {

class Buffer {
 public:
  // `offset` is in floats from a 64-byte boundary. Elements that nobody writes keep kUntouched.
  explicit Buffer(size_t n, size_t offset = 0) : size_(n), front_(kGuardWords + offset) {
    const size_t words = front_ + n + kGuardWords;
    const size_t bytes = (words * sizeof(uint32_t) + 63) / 64 * 64;
    total_ = bytes / sizeof(uint32_t);
    words_ = static_cast<uint32_t*>(std::aligned_alloc(64, bytes));
    if (!words_) std::abort();
    for (size_t i = 0; i < total_; ++i) words_[i] = kUntouched;
    Guard(true);
  }
  explicit Buffer(const std::vector<float>& values, size_t offset = 0)
      : Buffer(values.size(), offset) {
    if (size_) std::memcpy(data(), values.data(), size_ * sizeof(float));
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    Guard(false);
    size_t changed = 0;
    for (size_t i = 0; i < total_; ++i) {
      const bool inside = i >= front_ && i < front_ + size_;
      changed += !inside && words_[i] != kUntouched;
    }
    if (changed) {
      std::fprintf(stderr, "%zu guard words around %zu floats were overwritten\n", changed, size_);
      std::abort();
    }
    std::free(words_);
  }

  float* data() { return reinterpret_cast<float*>(words_ + front_); }
  const float* data() const { return reinterpret_cast<const float*>(words_ + front_); }
  size_t size() const { return size_; }
  float operator[](size_t i) const { return data()[i]; }
  float& operator[](size_t i) { return data()[i]; }
  std::vector<float> Copy() const { return {data(), data() + size_}; }

 private:
  static constexpr size_t kGuardWords = 16;
  static constexpr uint32_t kUntouched = 0xdeadbeefu;  // As a float an ordinary number.

  void Guard(bool on) {
#if defined(NEURAL_TEST_ASAN)
    if (on) {
      ASAN_POISON_MEMORY_REGION(words_, front_ * sizeof(uint32_t));
      ASAN_POISON_MEMORY_REGION(words_ + front_ + size_,
                                (total_ - front_ - size_) * sizeof(uint32_t));
    } else {
      ASAN_UNPOISON_MEMORY_REGION(words_, total_ * sizeof(uint32_t));
    }
#else
    static_cast<void>(on);
#endif
  }

  size_t size_;
  size_t front_;
  size_t total_;
  uint32_t* words_;
};

}  // namespace neural::test
