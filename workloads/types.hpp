// The workload types: one function each, gathered by workload_list.cpp.
#pragma once

#include "workloads/workload.hpp"

namespace pmembench {

WorkloadType sequential_type();
WorkloadType random_type();
WorkloadType strided_type();
WorkloadType persist_type();
WorkloadType mix_type();
WorkloadType copy_type();
WorkloadType chase_type();
WorkloadType fileserver_type();
WorkloadType varmail_type();
WorkloadType webserver_type();
WorkloadType webproxy_type();
WorkloadType oltp_type();
WorkloadType overwrite_type();

}  // namespace pmembench
