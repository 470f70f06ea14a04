-- Whether the pass's task counts, by its first pass.
first_started_us >= {since} AND first_started_us < {until} AND ({any_user} = 1 OR first_user_id = {user_id})
AND ({any_model} = 1 OR first_model = {model}) AND ({any_policy} = 1 OR first_policy_id = {policy_id})
