// The main function of every suite.
#include <gtest/gtest.h>

#include <cstdio>

namespace {

class SeedPrinter : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& info) override {
    if (!info.result()->Failed()) return;
    std::printf("repeat with --gtest_random_seed=%d --gtest_filter=%s.%s\n",
                static_cast<int>(GTEST_FLAG_GET(random_seed)), info.test_suite_name(), info.name());
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::UnitTest::GetInstance()->listeners().Append(new SeedPrinter);
  const int failed = RUN_ALL_TESTS();
  // A filter or a linker that leaves no test is no success.
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    std::printf("no test ran\n");
    return 1;
  }
  return failed;
}
