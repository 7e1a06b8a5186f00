//! The choice of a kernel by how many files there are to advance.

use std::array::from_fn;

use super::vector::WIDTH;
use super::{Block, Blocks, State, States, kernels, sha1, sha256};
use crate::hash::Algorithm;

/// How many files advance together at most, whatever the function.
pub const MOST: usize = 16;

/// A hash function that has kernels here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-256 (FIPS 180-4).
    Sha256,
}

/// A file to advance: its state, and the blocks that it takes in.
#[derive(Debug)]
pub struct Job<'a> {
    /// Before the blocks, and afterwards after them.
    pub state: &'a mut State,
    /// Whole blocks.
    pub blocks: &'a [Block],
}

impl Function {
    /// Every function.
    pub const ALL: [Function; 2] = [Function::Sha1, Function::Sha256];

    /// The function that computes an algorithm's digests, if it is here.
    pub fn of(algorithm: Algorithm) -> Option<Function> {
        match algorithm {
            Algorithm::Sha1 => Some(Function::Sha1),
            Algorithm::Sha256 => Some(Function::Sha256),
            _ => None,
        }
    }

    /// The algorithm.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Function::Sha1 => Algorithm::Sha1,
            Function::Sha256 => Algorithm::Sha256,
        }
    }

    /// The state before the first block.
    pub fn start(self) -> State {
        match self {
            Function::Sha1 => sha1::START,
            Function::Sha256 => sha256::START,
        }
    }

    /// The digest that a state stands for once everything was taken in.
    pub fn digest(self, state: &State) -> Vec<u8> {
        let bytes = state.iter().flat_map(|word| word.to_be_bytes());
        bytes.take(self.algorithm().size()).collect()
    }

    /// How many files it pays to have at hand: as many as the widest kernel
    /// has lanes. In MB/s, all files of one core together, measured in
    /// wasmtime on x86-64, where one file alone makes 970 and 505:
    ///
    /// | files | 4 | 8 | 12 | 16 |
    /// | --- | --- | --- | --- | --- |
    /// | SHA-1 | 1,290 | 1,590 | 1,790 | 1,910 |
    /// | SHA-256 | 790 | 950 | no more | no more |
    pub fn lanes(self) -> usize {
        match self {
            Function::Sha1 => MOST,
            Function::Sha256 => 8,
        }
    }

    /// How many of `ready` files to advance together, so that they and those
    /// that wait meanwhile are through soonest: full vectors, of which the last
    /// may miss one file, since a lane left empty costs what a filled one does;
    /// else one file alone.
    pub fn together(self, ready: usize) -> usize {
        let ready = ready.min(self.lanes());
        match (ready + 1) / WIDTH {
            0 => ready.min(1),
            vectors => ready.min(vectors * WIDTH),
        }
    }

    /// Takes in blocks of several files, of each as many as the shortest has;
    /// returns that number.
    pub fn advance(self, jobs: &mut [Job]) -> usize {
        let count = jobs.iter().map(|job| job.blocks.len()).min().unwrap_or(0);
        for jobs in jobs.chunks_mut(self.lanes()) {
            for job in jobs.iter_mut() {
                job.blocks = &job.blocks[..count];
            }
            self.compress(jobs);
        }
        count
    }

    /// Takes in the blocks of up to [`lanes`](Function::lanes) files, as many
    /// of each.
    fn compress(self, jobs: &mut [Job]) {
        use Function::{Sha1, Sha256};
        if let [job] = jobs {
            return self.compress_one(job);
        }
        match (self, jobs.len().div_ceil(WIDTH)) {
            (_, 0) => {}
            (Sha1, 1) => in_vectors(jobs, |[s], [b]| kernels::sha1_four(s, b)),
            (Sha1, 2) => in_vectors(jobs, kernels::sha1::<2>),
            (Sha1, 3) => in_vectors(jobs, kernels::sha1::<3>),
            (Sha1, _) => in_vectors(jobs, kernels::sha1::<4>),
            (Sha256, 1) => in_vectors(jobs, |[s], [b]| kernels::sha256_four(s, b)),
            (Sha256, _) => in_vectors(jobs, kernels::sha256::<2>),
        }
    }

    /// One file, by the crates.
    fn compress_one(self, job: &mut Job) {
        match self {
            Function::Sha1 => {
                if let Some((words, _)) = job.state.split_first_chunk_mut::<5>() {
                    ::sha1::block_api::compress(words, job.blocks);
                }
            }
            Function::Sha256 => ::sha2::block_api::compress256(job.state, job.blocks),
        }
    }
}

/// Puts up to `4 N` files into the lanes of `N` vectors. Lanes that stay empty
/// go through the first file's blocks, and what comes out is dropped.
fn in_vectors<const N: usize>(jobs: &mut [Job], kernel: fn(&mut [States; N], &[Blocks; N])) {
    let job = |n: usize, lane: usize| jobs.get(n * WIDTH + lane).unwrap_or(&jobs[0]);
    let mut states = from_fn(|n| from_fn(|lane| *job(n, lane).state));
    let blocks = from_fn(|n| from_fn(|lane| job(n, lane).blocks));
    kernel(&mut states, &blocks);
    for (job, state) in jobs.iter_mut().zip(states.as_flattened()) {
        *job.state = *state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Advances copies of `states` together, and alone; compares.
    fn compare(function: Function, states: &[State], lanes: &[Vec<Block>]) {
        let mut together = states.to_vec();
        let jobs = together.iter_mut().zip(lanes).map(|(state, blocks)| Job { state, blocks });
        let count = function.advance(&mut jobs.collect::<Vec<_>>());
        assert_eq!(Some(count), lanes.iter().map(Vec::len).min());
        for (lane, (&start, blocks)) in states.iter().zip(lanes).enumerate() {
            let mut state = start;
            function.compress_one(&mut Job { state: &mut state, blocks: &blocks[..count] });
            assert_eq!(together[lane], state, "{function:?}, {} files, file {lane}", states.len());
        }
    }

    #[test]
    fn every_number_of_lanes_agrees_with_the_crates() {
        for function in Function::ALL {
            for files in 1..=2 * MOST {
                for blocks in 0..4 {
                    let byte = |file: usize, block: usize, at: usize| {
                        (file * 59 + block * 101 + at * at * 7 + blocks) as u8
                    };
                    let lane = |file| -> Vec<Block> {
                        // The files are not all as long.
                        let blocks = 0..blocks + file % 3;
                        blocks.map(|block| from_fn(|at| byte(file, block, at))).collect()
                    };
                    let lanes: Vec<_> = (0..files).map(lane).collect();
                    compare(function, &vec![function.start(); files], &lanes);
                }
            }
        }
    }

    #[test]
    fn as_many_advance_together_as_fill_vectors() {
        let together =
            |function: Function| (0..=17).map(|ready| function.together(ready)).collect();
        let sha1: Vec<usize> = together(Function::Sha1);
        assert_eq!(sha1, [0, 1, 1, 3, 4, 4, 4, 7, 8, 8, 8, 11, 12, 12, 12, 15, 16, 16]);
        let sha256: Vec<usize> = together(Function::Sha256);
        assert_eq!(sha256, [0, 1, 1, 3, 4, 4, 4, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
    }

    proptest! {
        #[test]
        fn any_states_and_blocks_agree_with_the_crates(
            files in proptest::collection::vec(
                (any::<State>(), proptest::collection::vec(any::<[[u8; 32]; 2]>(), 1..4)),
                1..=MOST,
            ),
        ) {
            let (states, lanes): (Vec<State>, Vec<_>) = files.into_iter().unzip();
            let block = |halves: &[[u8; 32]; 2]| from_fn(|at| halves.as_flattened()[at]);
            let lanes: Vec<Vec<Block>> =
                lanes.iter().map(|lane: &Vec<_>| lane.iter().map(block).collect()).collect();
            for function in Function::ALL {
                compare(function, &states, &lanes);
            }
        }
    }
}
