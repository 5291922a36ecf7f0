#include "server/c2s/inflow.h"

#include <gtest/gtest.h>

namespace teahouse::c2s::inflow_test {
namespace {

PlanLimits plan_of(int64_t stanzas_per_s) {
  PlanLimits plan;
  plan.stanzas_per_s = stanzas_per_s;
  return plan;
}

int taken(Inflow& inflow, int64_t now_ms, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += inflow.take_stanza(now_ms) ? 1 : 0;
  return count;
}

TEST(Inflow, TakesABurstAndThenAsManyASecondAsThePlanSays) {
  Inflow inflow;
  inflow.use(1000, plan_of(10));
  EXPECT_EQ(taken(inflow, 1000, 100), 20);
  EXPECT_EQ(taken(inflow, 1500, 100), 5);
  EXPECT_EQ(taken(inflow, 60'000, 100), 20);
}

TEST(Inflow, ASmallerPlanLocksNobodyOut) {
  Inflow inflow;
  inflow.use(1000, plan_of(300));
  EXPECT_EQ(taken(inflow, 1000, 600), 600);
  inflow.use(1000, plan_of(1));
  EXPECT_EQ(taken(inflow, 1000, 1), 0);
  EXPECT_EQ(taken(inflow, 2000, 2), 1);
}

TEST(Inflow, SaysHowLongNoMoreIsToBeRead) {
  Inflow inflow;
  inflow.use(0, plan_of(10));
  EXPECT_EQ(inflow.count_bytes(0, Inflow::burst_bytes), 0);
  EXPECT_EQ(inflow.count_bytes(0, Inflow::bytes_per_s), 1000);
  EXPECT_EQ(inflow.count_bytes(1000, 0), 0);
}

TEST(Inflow, APlanWithoutLimitsHasNone) {
  Inflow inflow;
  inflow.use(0, plan_of(-1));
  EXPECT_EQ(taken(inflow, 0, 10'000), 10'000);
  EXPECT_EQ(inflow.count_bytes(0, 1 << 30), 0);
}

}  // namespace
}  // namespace teahouse::c2s::inflow_test
