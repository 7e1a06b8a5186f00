"""A check of a directory: its files shared out to workers, what they find put
together, and told.

| module | what it holds |
| --- | --- |
| `check` | the one way through a check, and its options |
| `ranges` | which files a worker takes next |
| `worker` | an instance with a manifest open in it |
| `threads`, `policy` | workers in threads of this process |
| `executor` | workers in an executor |
| `progress` | what was found so far, in the manifest's order |
| `report` | what was found in the end |
| `verdict` | whether that is well |
| `unseen` | names that cannot cross |
| `transcript`, `bar` | what a person sees of it |
"""
