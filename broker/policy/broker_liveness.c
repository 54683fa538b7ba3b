/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/broker_liveness.h"

BrokerLiveness
broker_liveness_look(const BrokerLiveness *before, gint64 beat, gint64 now_us)
{
  gboolean begins =
      before->looked_us == 0 || before->beat != beat || now_us - before->looked_us > BROKER_GAP_US;
  return (BrokerLiveness){
      .beat = beat, .changed_us = begins ? now_us : before->changed_us, .looked_us = now_us};
}

gboolean
broker_liveness_is_dead(const BrokerLiveness *liveness)
{
  return liveness->looked_us - liveness->changed_us >= BROKER_DEAD_US;
}
