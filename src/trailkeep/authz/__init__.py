"""May this request happen? AWS's policy evaluation as a pure function of policies, request and facts."""
